import { findModelSource } from '../../src/platform/compute/model-source.ts';
import { RERANKER_MODELS } from '../../src/platform/compute/rerankers.ts';
import type { RerankerView } from './api.ts';
import { allowHub, sourceOptions, type Site } from './model-choice.ts';
import type { Session } from './session.ts';

/** The models for a second look with where each can be had now. */
export async function listRerankers(site: Site): Promise<RerankerView[]> {
  const options = await sourceOptions(site);
  const hubHost = new URL(site.hubUrl).host;
  return Promise.all(
    RERANKER_MODELS.map(async (model) => ({ model, source: await findModelSource(model, options), hubHost })),
  );
}

/** Keeps the choice, then loads the model, so that the first question need not wait for it. */
export async function chooseReranker(
  session: Session,
  modelId: string | undefined,
  options: { readonly isHubAllowed: boolean },
  site: Site,
): Promise<void> {
  if (options.isHubAllowed) await allowHub(site);
  await session.settings.update(({ rerankerModelId: _, ...rest }) =>
    modelId === undefined ? rest : { ...rest, rerankerModelId: modelId },
  );
  await session.prepareSecondLook();
}
