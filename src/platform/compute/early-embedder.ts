import type { EmbeddingModel } from '../../domain/embedding-model.ts';
import { ModelUnavailableError } from '../../domain/errors.ts';
import type { EmbedStatus } from '../../../workers/embed/api.ts';
import { ComputeEmbedder, type ComputeEmbedderOptions } from './compute-embedder.ts';

/**
 * Begins to load a model before anybody has chosen it: whoever loads that model first joins in, and hears of it if it cannot
 * be had. Any other model is loaded in its place.
 */
export class EarlyEmbedder extends ComputeEmbedder {
  readonly #modelId: string;
  #early: Promise<EmbedStatus> | undefined;

  constructor(model: EmbeddingModel, siteUrl: string, options: ComputeEmbedderOptions = {}) {
    super(siteUrl, options);
    this.#modelId = model.modelId;
    this.#early = super.load(model);
    // Its failure is told to whoever joins in.
    void Promise.allSettled([this.#early]);
  }

  /** Resolves when the model that was begun with is there. Rejects when it cannot be had, or has been asked for already. */
  async whenEarly(): Promise<void> {
    if (!this.#early) throw new ModelUnavailableError('The model is loaded where it is chosen.');
    await this.#early;
  }

  override load(model: EmbeddingModel): Promise<EmbedStatus> {
    const early = model.modelId === this.#modelId ? this.#early : undefined;
    this.#early = undefined;
    return early ?? super.load(model);
  }
}
