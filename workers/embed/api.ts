import type { EmbeddingModel } from '../../src/domain/embedding-model.ts';
import type { RerankerModel } from '../../src/domain/reranker-model.ts';
import type { PassageVectors } from '../../src/domain/passage-vectors.ts';
import type { QueryTokens, TokenTable } from '../../src/domain/token-alignment.ts';

/** Runs one embedding model. The caller owns batching loops, priorities and progress. */
export interface EmbedApi {
  /**
   * Loads a model, replacing the one in memory. Throws `ModelUnavailableError` with what is missing and what to do;
   * when the files were found and could not be run, the worker takes no further load and has to be replaced.
   */
  load(request: EmbedLoadRequest): Promise<EmbedStatus>;
  /**
   * Groups texts of like length into batches that cost the least, each soon done; indices into `texts`. What is handed
   * to `embedPassages` batch by batch can be stopped, or overtaken by a question, in between.
   */
  planBatches(texts: readonly string[]): Promise<number[][]>;
  /**
   * The vectors passages are indexed by: the whole of each text, then its windows with a model that has them, or its
   * parts where the text is longer than the model reads. Transferred.
   */
  embedPassages(texts: readonly string[]): Promise<PassageVectors>;
  /**
   * The vector of a question. `wordWeights` gives words of it more or less weight, with a model that can: the library's
   * inverse document frequencies, by lower-case word. Transferred.
   */
  embedQuery(text: string, wordWeights?: Readonly<Record<string, number>>): Promise<Float32Array>;
  /**
   * The tokens of a question, weighted by the library's inverse document frequencies by lower-case word, to be aligned
   * with those of passages; `undefined` with a model whose tokens mean something else in every text.
   */
  queryTokens(text: string, wordWeights: Readonly<Record<string, number>>): Promise<QueryTokens | undefined>;
  /** The vectors of the loaded model's tokens, for aligning; `undefined` as above. Transferred. */
  tokenTable(): Promise<TokenTable | undefined>;
  /**
   * One vector for each text with the loaded model; prefixes are added here. Rows are L2-normalised, in the order
   * given: `vectors[i * dimensions … ]`. The result is transferred.
   */
  embed(texts: readonly string[], kind: 'query' | 'passage'): Promise<Float32Array>;
  /** Token counts as the loaded model's tokenizer sees the texts, without special tokens. */
  countTokens(texts: readonly string[]): Promise<number[]>;
  /** Loads a cross-encoder beside the embedding model, if any. Throws `ModelUnavailableError`. */
  loadReranker(request: RerankerLoadRequest): Promise<void>;
  /** How well each passage fits the question, higher is better, on the loaded cross-encoder's own scale. Transferred. */
  rerank(question: string, passages: readonly string[]): Promise<Float32Array>;
}

export interface RerankerLoadRequest extends Pick<
  EmbedLoadRequest,
  'siteUrl' | 'isHubAllowed' | 'hubUrl' | 'maxThreads'
> {
  readonly model: RerankerModel;
}

export interface EmbedLoadRequest {
  readonly model: EmbeddingModel;
  /** Absolute URL of the site's root, with trailing slash: `models/` and `ort/` live below it. */
  readonly siteUrl: string;
  readonly isHubAllowed: boolean;
  /** Hub origin to load from; the default is the public hub. Tests serve it themselves. */
  readonly hubUrl: string;
  /** Upper bound; one thread is used where the page is not cross-origin isolated. */
  readonly maxThreads: number;
  readonly device: 'auto' | 'wasm' | 'webgpu';
}

export interface EmbedStatus {
  readonly modelId: string;
  readonly dimensions: number;
  readonly threads: number;
  readonly device: 'wasm' | 'webgpu';
  /** Whether `device` was found by running the model on both. */
  readonly isMeasured: boolean;
  readonly loadMs: number;
}
