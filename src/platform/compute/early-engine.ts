import { spawnSearcher, type ComputeSearcher } from './compute-searcher.ts';
import type { ComputeEmbedderOptions } from './compute-embedder.ts';
import { EarlyEmbedder } from './early-embedder.ts';
import { BUILT_IN_MODEL_ID, findModel } from './models.ts';

/**
 * What answers questions, made ready before the key to a library is there: the search worker and the model that came with the
 * app. Neither holds anything of the library. Whoever opens it takes both over, or disposes of them.
 */
export class EarlyEngine {
  readonly searcher: ComputeSearcher;
  readonly #embedder: EarlyEmbedder;
  readonly #modelKey: string;
  readonly #table: Promise<boolean>;
  #isTaken = false;

  /** `modelKey`: what the built-in model's vectors are kept under. */
  constructor(siteUrl: string, modelKey: string, options: ComputeEmbedderOptions = {}) {
    const model = findModel(BUILT_IN_MODEL_ID);
    this.#modelKey = modelKey;
    this.searcher = spawnSearcher();
    this.#embedder = new EarlyEmbedder(model, siteUrl, options);
    this.#table = this.#prepare();
  }

  /** The built-in model, loaded or on its way, once. */
  takeEmbedder(): EarlyEmbedder | undefined {
    if (this.#isTaken) return undefined;
    this.#isTaken = true;
    return this.#embedder;
  }

  /** Whether the index has the token vectors of the model under this key already; resolves when they are there. */
  async hasTokenTable(modelKey: string): Promise<boolean> {
    return modelKey === this.#modelKey && (await this.#table);
  }

  /** Another model answers: lets go of this one, not of the search worker. */
  dropModel(): void {
    if (this.#isTaken) return;
    this.#isTaken = true;
    this.#embedder.dispose();
  }

  dispose(): void {
    this.dropModel();
    this.searcher.dispose();
  }

  async #prepare(): Promise<boolean> {
    const [warmed, brought] = await Promise.allSettled([this.searcher.warmUp(), this.#bringTokenTable()]);
    // What fails here is tried again, and told, where it is needed.
    return warmed.status === 'fulfilled' && brought.status === 'fulfilled' && brought.value;
  }

  async #bringTokenTable(): Promise<boolean> {
    await this.#embedder.whenEarly();
    const table = await this.#embedder.tokenTable();
    if (table === undefined) return false;
    await this.searcher.api.setTokenTable(this.#modelKey, table);
    const { signal } = new AbortController();
    const options = { signal, wordWeights: { warm: 1 } };
    await this.#embedder.embedQuery('warm words', options);
    await this.#embedder.queryTokens('warm words', options);
    return true;
  }
}
