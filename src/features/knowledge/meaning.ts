import type { EmbeddingModel } from '../../domain/embedding-model.ts';
import { ModelUnavailableError } from '../../domain/errors.ts';
import type { DocumentId } from '../../domain/ids.ts';
import type { QueryTokens } from '../../domain/token-alignment.ts';
import type { Embedder, Searcher } from '../../platform/compute/ports.ts';
import { compactOnce } from './compaction.ts';
import { embedMissing, isEmbedded } from './embedding-pass.ts';
import type { Library, VectorSpace } from './library.ts';
import type { PauseGate } from './turnstile.ts';

export type MeaningState =
  | { readonly kind: 'none' }
  | { readonly kind: 'loading'; readonly modelId: string }
  | { readonly kind: 'ready'; readonly modelId: string; readonly device: 'wasm' | 'webgpu'; readonly threads: number }
  | {
      readonly kind: 'switching';
      readonly modelId: string;
      readonly done: number;
      readonly total: number;
      /** At the rate so far; absent before it is known. */
      readonly remainingMs?: number;
    }
  | { readonly kind: 'unavailable'; readonly modelId: string; readonly message: string };

interface LoadedModel {
  readonly model: EmbeddingModel;
  readonly space: VectorSpace;
  readonly embedder: Embedder;
  readonly ready: MeaningState;
}

export interface MeaningDeps {
  readonly library: Library;
  readonly searcher: Searcher;
  readonly pause: PauseGate;
  readonly createEmbedder: () => Embedder;
  readonly modelKeyOf: (model: EmbeddingModel) => string;
  /** Whether the index has the model's token vectors already; resolves once it has. Default: it has not. */
  readonly hasTokenTable?: (modelKey: string) => Promise<boolean>;
  /** Whether vectors under that key are of an earlier version of the model. Default: none are. */
  readonly isOutdatedKey?: (modelKey: string, model: EmbeddingModel) => boolean;
}

export interface EmbeddingProgress {
  readonly documentId: DocumentId;
  readonly done: number;
  readonly total: number;
}

/** Fewer say little of the rate: the first ones pay for what is compiled on the way. */
const MIN_MEASURED_PASSAGES = 32;

/**
 * Search by meaning: which model answers queries, and the background work that gives every chunk its vector.
 * Switching builds the new index beside the old one, which answers until the new one is whole.
 */
export class Meaning {
  readonly #deps: MeaningDeps;
  readonly #ended = new AbortController();
  readonly #listeners = new Set<(progress: EmbeddingProgress) => void>();
  readonly #inFlight = new Map<DocumentId, number>();
  /** Passages that the model being switched to has embedded and not stored. */
  #nextInFlight = 0;
  /** Per model, what it has embedded so far and in what time. */
  readonly #work = new Map<string, { passages: number; ms: number }>();
  #current: LoadedModel | undefined;
  #next: LoadedModel | undefined;
  #state: MeaningState = { kind: 'none' };
  #pass: Promise<void> | undefined;
  #loading: Promise<void> | undefined;
  #isAgain = false;
  #onState: () => void = () => undefined;

  constructor(deps: MeaningDeps) {
    this.#deps = deps;
  }

  get state(): MeaningState {
    if (!this.#next) return this.#state;
    const { modelId } = this.#next.model;
    const { done, total } = this.#countOf(this.#next.space);
    const rate = this.passagesPerSecond(modelId);
    const remaining = rate === undefined ? {} : { remainingMs: ((total - done) / rate) * 1000 };
    return { kind: 'switching', modelId, done, total, ...remaining };
  }

  get model(): EmbeddingModel | undefined {
    return this.#current?.model;
  }

  /** The spaces a new document's vectors are copied into: the one in use, and the one being built. */
  get spaces(): VectorSpace[] {
    return this.#current ? [this.#current.space] : [];
  }

  onState(listener: () => void): void {
    this.#onState = listener;
  }

  onProgress(listener: (progress: EmbeddingProgress) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /**
   * Takes a model into use: resolves once it is loaded. The first one answers at once, with vectors as they arrive; a
   * later one is built beside it and takes its place when whole, which `onInUse` tells. Throws `ModelUnavailableError`
   * if it cannot be loaded; whatever answered before goes on.
   */
  async choose(model: EmbeddingModel, onInUse: (model: EmbeddingModel) => void = () => undefined): Promise<void> {
    const loading = this.#load(model, onInUse);
    const settle = (): void => undefined;
    this.#loading = loading.then(settle, settle);
    await loading;
  }

  /** Resolves once the model that was chosen last is loaded, or cannot be; at once when none was. */
  async whenLoaded(): Promise<void> {
    await this.#loading;
  }

  async #load(model: EmbeddingModel, onInUse: (model: EmbeddingModel) => void): Promise<void> {
    this.#dropNext();
    if (this.#current?.model.modelId === model.modelId) {
      this.#setState(this.#state);
      return;
    }
    const embedder = this.#deps.createEmbedder();
    const space: VectorSpace = { modelKey: this.#deps.modelKeyOf(model), dimensions: model.dimensions };
    if (!this.#current) this.#setState({ kind: 'loading', modelId: model.modelId });
    try {
      const { device, threads } = await embedder.load(model);
      const loaded: LoadedModel = {
        model,
        space,
        embedder,
        ready: { kind: 'ready', modelId: model.modelId, device, threads },
      };
      if (this.#current) {
        this.#next = loaded;
        this.#setState(this.#state);
        void this.#replaceWhenWhole(loaded, onInUse);
      } else {
        this.#current = loaded;
        await this.#deps.library.useSpace(space);
        this.#setState(loaded.ready);
        this.wake();
        await this.#bringTokenTable(loaded);
        await this.#forgetOutdated(model);
        onInUse(model);
      }
    } catch (error) {
      if (this.#current?.embedder !== embedder) embedder.dispose();
      if (!this.#current && error instanceof ModelUnavailableError) {
        this.#setState({ kind: 'unavailable', modelId: model.modelId, message: error.message });
      }
      throw error;
    }
  }

  /**
   * Has the index align single words too. The vectors of a model's tokens are moved there; without them search goes on by
   * whole texts alone.
   */
  async #bringTokenTable(loaded: LoadedModel): Promise<void> {
    const { space, embedder } = loaded;
    try {
      if (await this.#deps.hasTokenTable?.(space.modelKey)) return;
      const table = await embedder.tokenTable();
      if (table && this.#current === loaded) await this.#deps.searcher.setTokenTable(space.modelKey, table);
    } catch (error) {
      // Let go of meanwhile: nobody needs its tokens any more.
      if (this.#ended.signal.aborted || this.#current !== loaded) return;
      throw error;
    }
  }

  /** What an earlier version of the model left behind only takes room. */
  async #forgetOutdated(model: EmbeddingModel): Promise<void> {
    const { library, isOutdatedKey = () => false } = this.#deps;
    const keys = new Set(library.state.manifest.segments.flatMap((entry) => Object.keys(entry.vectors)));
    for (const key of keys) if (isOutdatedKey(key, model)) await library.forgetSpace(key);
  }

  async #replaceWhenWhole(loaded: LoadedModel, onInUse: (model: EmbeddingModel) => void): Promise<void> {
    const { library } = this.#deps;
    this.wake();
    await this.settled();
    const previous = this.#current;
    if (this.#next !== loaded || !previous || this.#ended.signal.aborted) return;
    this.#next = undefined;
    this.#current = loaded;
    await library.useSpace(loaded.space);
    this.#setState(loaded.ready);
    onInUse(loaded.model);
    previous.embedder.dispose();
    await this.#deps.searcher.setTokenTable(previous.space.modelKey);
    await this.#bringTokenTable(loaded);
    await library.forgetSpace(previous.space.modelKey);
    // A document published in the last moment has its vectors only in the old space.
    this.wake();
  }

  /** Says that the chosen model cannot be had, without trying to load it. */
  reportUnavailable(modelId: string, message: string): void {
    this.#setState({ kind: 'unavailable', modelId, message });
  }

  /** Search by words only from now on. Vectors stay on disk for the model's return. */
  async stop(): Promise<void> {
    this.#dropNext();
    const previous = this.#current;
    previous?.embedder.dispose();
    this.#current = undefined;
    if (previous) await this.#deps.searcher.setTokenTable(previous.space.modelKey);
    await this.#deps.library.useSpace(undefined);
    this.#setState({ kind: 'none' });
  }

  /** The question's vector, or `undefined` when no model answers now. */
  async embedQuery(query: string, options: { readonly signal: AbortSignal }): Promise<Float32Array | undefined> {
    return (await this.readQuestion(query, options))?.vector;
  }

  /** The question's vector and, with a model whose tokens can be aligned, its tokens; `undefined` when no model answers now. */
  async readQuestion(
    query: string,
    options: { readonly signal: AbortSignal },
  ): Promise<{ readonly vector: Float32Array; readonly tokens?: QueryTokens } | undefined> {
    if (!this.#current) return undefined;
    const { model, embedder } = this.#current;
    const isStatic = model.architecture === 'static';
    if (!isStatic && model.queryIdfExponent === undefined) return { vector: await embedder.embedQuery(query, options) };
    const wordWeights = await this.#deps.searcher.wordWeights(query);
    const [vector, tokens] = await Promise.all([
      embedder.embedQuery(query, { ...options, wordWeights }),
      isStatic ? embedder.queryTokens(query, { ...options, wordWeights }) : undefined,
    ]);
    return { vector, ...(tokens && { tokens }) };
  }

  /** Vectors of texts that are not in the index, such as the sentences of an answer. */
  async embedTexts(
    texts: readonly string[],
    options: { readonly signal: AbortSignal },
  ): Promise<Float32Array | undefined> {
    if (texts.length === 0) return undefined;
    return this.#current?.embedder.embed(texts, 'passage', options);
  }

  /** Starts the background pass if something lacks vectors; called after every published document. */
  wake(): void {
    if (this.#pass) {
      this.#isAgain = true;
      return;
    }
    this.#pass = this.#run()
      .then(() => {
        // A pass that failed, for want of room say, has been made good.
        if (this.#current && this.#state.kind === 'unavailable') this.#setState(this.#current.ready);
      })
      .catch((error: unknown) => {
        if (this.#ended.signal.aborted) return;
        const message = error instanceof Error ? error.message : String(error);
        this.#setState({ kind: 'unavailable', modelId: this.#current?.model.modelId ?? '', message });
      })
      .finally(() => {
        this.#pass = undefined;
        if (this.#isAgain && !this.#ended.signal.aborted) this.wake();
      });
  }

  /** Resolves when nothing is left to embed, or at once when no model is in use. */
  async settled(): Promise<void> {
    while (this.#pass) await this.#pass;
  }

  /** How far a document is under the model in use; equal numbers mean done. */
  progressOf(documentId: DocumentId): EmbeddingProgress {
    const { state } = this.#deps.library;
    const document = state.documents.get(documentId);
    const chunkIds = document ? [...state.chunksOfVersion(document.currentVersionId).values()] : [];
    const space = this.#current?.space;
    let done = this.#inFlight.get(documentId) ?? 0;
    for (const chunkId of chunkIds) {
      const place = state.place(chunkId);
      const entry = place && state.entry(place.segmentId);
      if (!space || (entry && isEmbedded(entry, space))) done++;
    }
    return { documentId, done: Math.min(done, chunkIds.length), total: chunkIds.length };
  }

  /** How fast a model has embedded passages since the library was opened; `undefined` before it has done enough of them. */
  passagesPerSecond(modelId: string): number | undefined {
    const { passages, ms } = this.#work.get(modelId) ?? { passages: 0, ms: 0 };
    return passages >= MIN_MEASURED_PASSAGES && ms > 0 ? (passages * 1000) / ms : undefined;
  }

  /** Chunks with a vector under the model in use. */
  get embeddedCount(): number {
    return this.#current ? this.#countOf(this.#current.space).done : 0;
  }

  dispose(): void {
    this.#ended.abort();
    this.#current?.embedder.dispose();
    this.#next?.embedder.dispose();
  }

  async #run(): Promise<void> {
    const { library, searcher, pause } = this.#deps;
    const { signal } = this.#ended;
    do {
      this.#isAgain = false;
      for (const target of [this.#next, this.#current]) {
        if (!target) continue;
        const onBatch = (documentIds: readonly DocumentId[], ms: number): void => {
          const work = this.#work.get(target.model.modelId) ?? { passages: 0, ms: 0 };
          this.#work.set(target.model.modelId, { passages: work.passages + documentIds.length, ms: work.ms + ms });
          if (target !== this.#current) {
            this.#nextInFlight += documentIds.length;
            this.#onState();
            return;
          }
          for (const id of documentIds) this.#inFlight.set(id, (this.#inFlight.get(id) ?? 0) + 1);
          this.#report(new Set(documentIds));
        };
        const onStored = (documentIds: ReadonlySet<DocumentId>): void => {
          this.#nextInFlight = 0;
          for (const id of documentIds) this.#inFlight.delete(id);
          this.#report(documentIds);
        };
        await embedMissing(
          target.space,
          { library, searcher, embedder: target.embedder, pause, onBatch, onStored },
          { signal },
        );
      }
      while (!this.#isAgain && !this.#next && (await compactOnce(library, searcher, { signal })));
    } while (this.#isAgain);
  }

  #report(documentIds: ReadonlySet<DocumentId>): void {
    for (const documentId of documentIds) {
      const progress = this.progressOf(documentId);
      for (const listener of this.#listeners) listener(progress);
    }
    this.#onState();
  }

  #countOf(space: VectorSpace): { done: number; total: number } {
    let done = 0;
    for (const entry of this.#deps.library.state.manifest.segments) {
      if (isEmbedded(entry, space)) done += entry.chunkCount - entry.tombstones.length;
    }
    if (space === this.#next?.space) done += this.#nextInFlight;
    if (space === this.#current?.space) for (const count of this.#inFlight.values()) done += count;
    const total = this.#deps.library.state.liveChunkCount;
    return { done: Math.min(done, total), total };
  }

  #dropNext(): void {
    this.#next?.embedder.dispose();
    this.#next = undefined;
    this.#nextInFlight = 0;
  }

  #setState(state: MeaningState): void {
    this.#state = state;
    this.#onState();
  }
}
