import { ModelUnavailableError } from '../../src/domain/errors.ts';
import type { EmbeddingModel } from '../../src/domain/embedding-model.ts';
import { MAX_THREADS } from '../../src/platform/compute/compute-embedder.ts';
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
      ...rateOf(session, model),
    })),
  );
  return views;
}

/** Passages a second: as measured while this library was open, else what the model's data lets expect of this device. */
function rateOf(session: Session, model: EmbeddingModel): Pick<ModelView, 'passagesPerSecond' | 'isRateMeasured'> {
  const measured = session.meaning.passagesPerSecond(model.modelId);
  if (measured !== undefined) return { passagesPerSecond: measured, isRateMeasured: true };
  if (model.passagesPerSecond === undefined) return { isRateMeasured: false };
  const threads = model.architecture === 'static' ? 1 : Math.min(MAX_THREADS, navigator.hardwareConcurrency || 1);
  return { passagesPerSecond: model.passagesPerSecond * threads, isRateMeasured: false };
}

/** Brings back the model in use when a library is opened, and goes on with a switch that was not finished. */
export async function openModels(session: Session, site: Site): Promise<void> {
  const { embeddingModelId, nextEmbeddingModelId } = session.settings.current;
  if (embeddingModelId === undefined) return;
  const model = findModel(embeddingModelId);
  const source = await findModelSource(model, await sourceOptions(site));
  if (source.kind === 'none') {
    // Not replaced by another: that would embed the whole library anew without being asked.
    session.meaning.reportUnavailable(embeddingModelId, source.reason);
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
  site: Site,
): Promise<void> {
  const { settings, meaning } = session;
  const { embeddingModelId: _, nextEmbeddingModelId: __, ...rest } = settings.current;
  if (modelId === undefined) {
    await settings.save(rest);
    await meaning.stop();
    return;
  }
  await allowHub(site, options.isHubAllowed);
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

/** From the next worker on, models may be downloaded from the hub; what was allowed before stays so. */
export async function allowHub({ siteUrl, hubUrl, hubOrigins }: Site, isNewlyAllowed = true): Promise<void> {
  const policy = await readNetworkPolicy(siteUrl);
  const isHubAllowed = isNewlyAllowed || isHubUrlAllowed(policy, hubUrl);
  await writeNetworkPolicy({ ...policy, isHubAllowed, hubOrigins }, siteUrl);
}

export async function sourceOptions({ siteUrl, hubUrl }: Site): Promise<ModelSourceOptions> {
  return { siteUrl, hubUrl, isHubAllowed: isHubUrlAllowed(await readNetworkPolicy(siteUrl), hubUrl) };
}
