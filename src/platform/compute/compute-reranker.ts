import type { EmbedApi } from '../../../workers/embed/api.ts';
import type { RerankerModel } from '../../domain/reranker-model.ts';
import { isHubUrlAllowed, readNetworkPolicy } from '../pwa/network-policy.ts';
import { DEFAULT_HUB_URL } from './hub.ts';
import { MAX_THREADS } from './compute-embedder.ts';
import type { Reranker } from './ports.ts';
import { spawnEmbed } from './spawn.ts';
import { WorkerHandle } from './worker-handle.ts';

/** A model is let go of after this long without a question. */
const IDLE_MS = 5 * 60_000;

/** A cross-encoder in a worker of its own, so that nothing it does can hold up or break search. */
export class ComputeReranker implements Reranker {
  readonly label: string;
  readonly modelId: string;
  readonly #model: RerankerModel;
  readonly #siteUrl: string;
  readonly #hubUrl: string;
  readonly #worker = new WorkerHandle<EmbedApi>(spawnEmbed, {
    task: 'looking again at what was found',
    idleTimeoutMs: IDLE_MS,
  });
  /** The worker's generation in which the model was loaded. */
  #loadedIn: number | undefined;

  constructor(model: RerankerModel, siteUrl: string, hubUrl = DEFAULT_HUB_URL) {
    this.#model = model;
    this.label = model.label;
    this.modelId = model.modelId;
    this.#siteUrl = siteUrl;
    this.#hubUrl = hubUrl;
  }

  async score(
    question: string,
    passages: readonly string[],
    { signal }: { readonly signal: AbortSignal },
  ): Promise<Float32Array> {
    await this.prepare({ signal });
    return this.#worker.call((api) => api.rerank(question, passages), { signal, onAbort: 'abandon' });
  }

  /**
   * Loads the model, and downloads it where that is allowed, ahead of the first question. Throws
   * `ModelUnavailableError` when it cannot be had.
   */
  async prepare({ signal }: { readonly signal: AbortSignal }): Promise<void> {
    if (this.#loadedIn !== this.#worker.generation) await this.#load(signal);
  }

  dispose(): void {
    this.#worker.dispose();
  }

  async #load(signal: AbortSignal): Promise<void> {
    const siteUrl = this.#siteUrl;
    const hubUrl = this.#hubUrl;
    const isHubAllowed = isHubUrlAllowed(await readNetworkPolicy(siteUrl), hubUrl);
    try {
      await this.#worker.call(
        (api) => api.loadReranker({ model: this.#model, siteUrl, isHubAllowed, hubUrl, maxThreads: MAX_THREADS }),
        { signal, onAbort: 'abandon' },
      );
      this.#loadedIn = this.#worker.generation;
    } catch (error) {
      // A worker in which a load failed takes no other.
      if (!signal.aborted) this.#worker.terminate();
      throw error;
    }
  }
}
