import { ModelUnavailableError } from '../../src/domain/errors.ts';
import type { EmbeddingModel } from '../../src/domain/embedding-model.ts';
import { findModelSource, type ModelSourceOptions } from '../../src/platform/compute/model-source.ts';
import { EMBEDDING_MODELS, findModel } from '../../src/platform/compute/models.ts';
import { isHubUrlAllowed, readNetworkPolicy, writeNetworkPolicy } from '../../src/platform/pwa/network-policy.ts';
import type { SiteConfig } from '../../src/platform/pwa/site-config.ts';
import type { ModelView } from './api.ts';
import type { Session } from './session.ts';

/** Where this site and its hub are. */
export interface Site extends Pick<SiteConfig, 'hubUrl' | 'hubOrigins'> {
  /** With a trailing slash. */
  readonly siteUrl: string;
}

/** The models on offer with where each can be had now. Models that only a site can bring are left out where it does not. */
export async function listModels(session: Session, site: Site): Promise<ModelView[]> {
  const options = await sourceOptions(site);
  const views = await Promise.all(
    EMBEDDING_MODELS.map(async (model) => ({
      model,
      source: await findModelSource(model, options),
      hubHost: new URL(site.hubUrl).host,
      isActive: session.meaning.model?.modelId === model.modelId,
    })),
  );
  return views;
}

/** Brings back the model in use when a library is opened, and goes on with a switch that was not finished. */
export async function openModels(session: Session, site: Site): Promise<void> {
  const { embeddingModelId, nextEmbeddingModelId } = session.settings.current;
  if (embeddingModelId === undefined) return;
  const options = await sourceOptions(site);
  const preferred = findModel(embeddingModelId);
  const source = await findModelSource(preferred, options);
  // The preferred model may be nowhere to be had without a download; one that the site itself brings does meanwhile.
  const model = source.kind === 'none' ? await findOnSite(site) : preferred;
  if (!model) {
    session.meaning.reportUnavailable(embeddingModelId, source.kind === 'none' ? source.reason : '');
    return;
  }
  void load(session, model).then(() => {
    if (nextEmbeddingModelId === undefined) return undefined;
    return load(session, findModel(nextEmbeddingModelId), (inUse) => {
      settle(session, inUse);
    });
  });
}

/** Switches to a model, or to words only. The choice is kept before anything is loaded, so that a reload goes on with it. */
export async function chooseModel(
  session: Session,
  modelId: string | undefined,
  options: { readonly isHubAllowed: boolean },
  { siteUrl, hubUrl, hubOrigins }: Site,
): Promise<void> {
  const { settings, meaning } = session;
  const { embeddingModelId: _, nextEmbeddingModelId: __, ...rest } = settings.current;
  if (modelId === undefined) {
    await settings.save(rest);
    await meaning.stop();
    return;
  }
  const policy = await readNetworkPolicy(siteUrl);
  const isHubAllowed = options.isHubAllowed || isHubUrlAllowed(policy, hubUrl);
  await writeNetworkPolicy({ ...policy, isHubAllowed, hubOrigins }, siteUrl);
  const current = meaning.model?.modelId;
  await settings.save(
    current === undefined || current === modelId
      ? { ...rest, embeddingModelId: modelId }
      : { ...rest, embeddingModelId: current, nextEmbeddingModelId: modelId },
  );
  await meaning.choose(findModel(modelId), (model) => {
    settle(session, model);
  });
}

/** The model that has just taken over is the one chosen from now on. */
function settle({ settings, isDisposed }: Session, model: EmbeddingModel): void {
  if (isDisposed) return;
  const { nextEmbeddingModelId: _, ...kept } = settings.current;
  void settings.save({ ...kept, embeddingModelId: model.modelId });
}

async function load(session: Session, model: EmbeddingModel, onInUse?: (model: EmbeddingModel) => void): Promise<void> {
  try {
    await session.meaning.choose(model, onInUse);
  } catch (error) {
    // Said in the library's state already, and search goes on by words; or the library was locked meanwhile.
    if (!(error instanceof ModelUnavailableError) && !session.isDisposed) throw error;
  }
}

async function sourceOptions({ siteUrl, hubUrl }: Site): Promise<ModelSourceOptions> {
  return { siteUrl, hubUrl, isHubAllowed: isHubUrlAllowed(await readNetworkPolicy(siteUrl), hubUrl) };
}

async function findOnSite(site: Site): Promise<EmbeddingModel | undefined> {
  for (const model of EMBEDDING_MODELS) {
    const source = await findModelSource(model, { ...(await sourceOptions(site)), isHubAllowed: false });
    if (source.kind !== 'none') return model;
  }
  return undefined;
}
