import { DEFAULT_HUB_URL } from './hub.ts';
import { ModelUnavailableError } from '../../domain/errors.ts';
import type { EmbeddingModel } from '../../domain/embedding-model.ts';
import type { PassageVectors } from '../../domain/passage-vectors.ts';
import type { QueryTokens, TokenTable } from '../../domain/token-alignment.ts';
import type { EmbedApi, EmbedLoadRequest, EmbedStatus } from '../../../workers/embed/api.ts';
import type { Embedder } from './ports.ts';
import { spawnEmbed } from './spawn.ts';
import { WorkerHandle } from './worker-handle.ts';
import type { RemoteApi } from './worker-handle.ts';
import { isHubUrlAllowed, readNetworkPolicy } from '../pwa/network-policy.ts';

/** A machine with more cores than this gains little from more threads: the runtime's threads wait for each other. */
export const MAX_THREADS = 8;

export interface ComputeEmbedderOptions {
  /** Default: the public hub. */
  readonly hubUrl?: string;
  /** Where this model ran faster when that was last measured; `undefined` has it measured. */
  readonly knownDevice?: (modelId: string) => EmbedStatus['device'] | undefined;
  /** Told what a measurement came to, so that it is not made again. */
  readonly onMeasured?: (modelId: string, device: EmbedStatus['device']) => Promise<void>;
}

/** One embedding model in its worker. Questions go before passages that wait; a batch under way is finished first. */
export class ComputeEmbedder implements Embedder {
  readonly #siteUrl: string;
  readonly #options: ComputeEmbedderOptions;
  readonly #worker = new WorkerHandle<EmbedApi>(spawnEmbed, { task: 'embedding' });
  readonly #queries: (() => void)[] = [];
  readonly #passages: (() => void)[] = [];
  #isBusy = false;
  #loaded: { readonly model: EmbeddingModel; readonly generation: number } | undefined;

  constructor(siteUrl: string, options: ComputeEmbedderOptions = {}) {
    this.#siteUrl = siteUrl;
    this.#options = options;
  }

  async load(model: EmbeddingModel): Promise<EmbedStatus> {
    const known = this.#options.knownDevice?.(model.modelId);
    const status = await this.#loadOn(model, known ?? 'auto').catch((error: unknown) => {
      if (known !== 'webgpu' || !(error instanceof ModelUnavailableError)) throw error;
      // The graphics processor may be gone since it was measured. A worker in which a load failed takes no other.
      this.#worker.terminate();
      return this.#loadOn(model, 'auto');
    });
    if (status.isMeasured) await this.#options.onMeasured?.(model.modelId, status.device);
    return status;
  }

  async #loadOn(model: EmbeddingModel, device: EmbedLoadRequest['device']): Promise<EmbedStatus> {
    const { hubUrl = DEFAULT_HUB_URL } = this.#options;
    const isHubAllowed = isHubUrlAllowed(await readNetworkPolicy(this.#siteUrl), hubUrl);
    const siteUrl = this.#siteUrl;
    const status = await this.#worker.call((api) =>
      api.load({ model, siteUrl, isHubAllowed, hubUrl, maxThreads: MAX_THREADS, device }),
    );
    this.#loaded = { model, generation: this.#worker.generation };
    return status;
  }

  async planBatches(texts: readonly string[], { signal }: { readonly signal: AbortSignal }): Promise<number[][]> {
    return this.#inTurn('passage', signal, (api) => api.planBatches(texts));
  }

  async embedPassages(texts: readonly string[], { signal }: { readonly signal: AbortSignal }): Promise<PassageVectors> {
    return this.#inTurn('passage', signal, (api) => api.embedPassages(texts));
  }

  async embedQuery(
    text: string,
    { signal, wordWeights }: { readonly signal: AbortSignal; readonly wordWeights?: Readonly<Record<string, number>> },
  ): Promise<Float32Array> {
    return this.#inTurn('query', signal, (api) => api.embedQuery(text, wordWeights));
  }

  async queryTokens(
    text: string,
    { signal, wordWeights }: { readonly signal: AbortSignal; readonly wordWeights: Readonly<Record<string, number>> },
  ): Promise<QueryTokens | undefined> {
    // Goes along with the question's embedding instead of waiting for that to come back: the worker takes one after the other.
    if (this.#isBusy && this.#loaded?.generation === this.#worker.generation) {
      signal.throwIfAborted();
      return this.#worker.call((api) => api.queryTokens(text, wordWeights));
    }
    return this.#inTurn('query', signal, (api) => api.queryTokens(text, wordWeights));
  }

  async tokenTable(): Promise<TokenTable | undefined> {
    return this.#inTurn('query', new AbortController().signal, (api) => api.tokenTable());
  }

  async embed(
    texts: readonly string[],
    kind: 'query' | 'passage',
    { signal }: { readonly signal: AbortSignal },
  ): Promise<Float32Array> {
    return this.#inTurn(kind, signal, (api) => api.embed(texts, kind));
  }

  async #inTurn<T>(
    kind: 'query' | 'passage',
    signal: AbortSignal,
    run: (api: RemoteApi<EmbedApi>) => Promise<T>,
  ): Promise<T> {
    await this.#turn(kind);
    try {
      signal.throwIfAborted();
      // A worker that crashed is started anew by the next call, without its model.
      if (this.#loaded && this.#loaded.generation !== this.#worker.generation) await this.load(this.#loaded.model);
      return await this.#worker.call(run);
    } finally {
      // The turn passes straight to who waits, so that nobody slips in between.
      const next = this.#queries.shift() ?? this.#passages.shift();
      if (next) next();
      else this.#isBusy = false;
    }
  }

  dispose(): void {
    this.#worker.dispose();
  }

  async #turn(kind: 'query' | 'passage'): Promise<void> {
    if (!this.#isBusy) {
      this.#isBusy = true;
      return;
    }
    await new Promise<void>((resolve) => {
      (kind === 'query' ? this.#queries : this.#passages).push(resolve);
    });
  }
}
