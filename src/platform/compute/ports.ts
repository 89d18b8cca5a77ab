import type { ChunkingSettings } from '../../domain/settings.ts';
import type { EmbeddingModel } from '../../domain/embedding-model.ts';
import type { PassageVectors } from '../../domain/passage-vectors.ts';
import type { QueryTokens, TokenTable } from '../../domain/token-alignment.ts';
import type { EmbedStatus } from '../../../workers/embed/api.ts';
import type { ExtractFinish, ExtractInput } from '../../../workers/extract/api.ts';
import type { SearchApi } from '../../../workers/search/api.ts';

/** What the features ask of the compute workers, as plain objects with signals. In Node the same shapes run in-process. */

export interface ReadingProgress {
  readonly unit: 'page' | 'part';
  readonly done: number;
  readonly total: number;
}

export interface Extractor {
  /**
   * Reads one untrusted file in a worker of its own and cuts it into chunks. A file that hangs, crashes its
   * worker or outgrows a limit ends as a problem in the outcome; only an abort is thrown.
   */
  extract(
    input: ExtractInput,
    chunking: ChunkingSettings,
    options: { readonly signal: AbortSignal; readonly onProgress?: (progress: ReadingProgress) => void },
  ): Promise<ExtractFinish>;
  /** Ends idle workers. */
  dispose(): void;
}

export interface Embedder {
  /** Loads a model, replacing the one in memory. Throws `ModelUnavailableError`. */
  load(model: EmbeddingModel): Promise<EmbedStatus>;
  /** Groups texts into batches for `embedPassages`; see `EmbedApi.planBatches`. */
  planBatches(texts: readonly string[], options: { readonly signal: AbortSignal }): Promise<number[][]>;
  /** What passages are indexed by; see `EmbedApi.embedPassages`. */
  embedPassages(texts: readonly string[], options: { readonly signal: AbortSignal }): Promise<PassageVectors>;
  /** A question's vector; see `EmbedApi.embedQuery`. Overtakes passages that wait. */
  embedQuery(
    text: string,
    options: { readonly signal: AbortSignal; readonly wordWeights?: Readonly<Record<string, number>> },
  ): Promise<Float32Array>;
  /** A question's tokens for alignment; see `EmbedApi.queryTokens`. Overtakes passages that wait. */
  queryTokens(
    text: string,
    options: { readonly signal: AbortSignal; readonly wordWeights: Readonly<Record<string, number>> },
  ): Promise<QueryTokens | undefined>;
  /** See `EmbedApi.tokenTable`. */
  tokenTable(): Promise<TokenTable | undefined>;
  /** One L2-normalised row for each text, in their order. Queries overtake passages that wait. */
  embed(
    texts: readonly string[],
    kind: 'query' | 'passage',
    options: { readonly signal: AbortSignal },
  ): Promise<Float32Array>;
  dispose(): void;
}

/** A second look at what was found, by a model that reads question and passage together. */
export interface Reranker {
  /** For the reader. */
  readonly label: string;
  /** How well each passage fits the question; higher is better. Loads the model if need be. Throws `ModelUnavailableError`. */
  score(
    question: string,
    passages: readonly string[],
    options: { readonly signal: AbortSignal },
  ): Promise<Float32Array>;
}

/** The search index; in the app a worker, in Node the same class in-process. */
export type Searcher = SearchApi;

export type {
  BuiltVectors,
  IndexableChunk,
  SearchOutcome,
  SegmentLoad,
  VectorLoad,
} from '../../../workers/search/api.ts';
