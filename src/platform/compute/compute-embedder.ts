import { DEFAULT_HUB_URL } from './hub.ts';
import type { EmbeddingModel } from '../../domain/embedding-model.ts';
import type { EmbedApi, EmbedStatus } from '../../../workers/embed/api.ts';
import type { Embedder } from './ports.ts';
import { spawnEmbed } from './spawn.ts';
import { WorkerHandle } from './worker-handle.ts';
import { readNetworkPolicy } from '../pwa/network-policy.ts';

/** A machine with more cores than this gains little from more threads: the runtime's threads wait for each other. */
const MAX_THREADS = 8;

/** One embedding model in its worker. Questions go before passages that wait; a batch under way is finished first. */
export class ComputeEmbedder implements Embedder {
  readonly #siteUrl: string;
  readonly #worker = new WorkerHandle<EmbedApi>(spawnEmbed, { task: 'embedding' });
  readonly #queries: (() => void)[] = [];
  readonly #passages: (() => void)[] = [];
  #isBusy = false;
  #loaded: { readonly model: EmbeddingModel; readonly generation: number } | undefined;

  constructor(siteUrl: string) {
    this.#siteUrl = siteUrl;
  }

  async load(model: EmbeddingModel): Promise<EmbedStatus> {
    const { isHubAllowed } = await readNetworkPolicy(this.#siteUrl);
    const status = await this.#worker.call((api) =>
      api.load({
        model,
        siteUrl: this.#siteUrl,
        isHubAllowed,
        hubUrl: DEFAULT_HUB_URL,
        maxThreads: MAX_THREADS,
        device: 'auto',
      }),
    );
    this.#loaded = { model, generation: this.#worker.generation };
    return status;
  }

  async embed(
    texts: readonly string[],
    kind: 'query' | 'passage',
    { signal }: { readonly signal: AbortSignal },
  ): Promise<Float32Array> {
    await this.#turn(kind);
    try {
      signal.throwIfAborted();
      // A worker that crashed is started anew by the next call, without its model.
      if (this.#loaded && this.#loaded.generation !== this.#worker.generation) await this.load(this.#loaded.model);
      return await this.#worker.call((api) => api.embed(texts, kind));
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
