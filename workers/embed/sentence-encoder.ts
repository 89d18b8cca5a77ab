import type { EmbeddingModel } from '../../src/domain/embedding-model.ts';
import type { PassageVectors } from '../../src/domain/passage-vectors.ts';
import type { QueryTokens, TokenTable } from '../../src/domain/token-alignment.ts';

/** A loaded model, of whatever kind: texts in, L2-normalised rows out. A text in which it knows nothing gives zeros. */
export interface SentenceEncoder {
  readonly model: EmbeddingModel;
  /** See `EmbedApi.planBatches`. */
  planBatches(texts: readonly string[]): number[][];
  /** See `EmbedApi.embedPassages`. */
  embedPassages(texts: readonly string[]): Promise<PassageVectors>;
  /** See `EmbedApi.embedQuery`. */
  embedQuery(text: string, wordWeights?: Readonly<Record<string, number>>): Promise<Float32Array>;
  /** One row for each text, in their order. */
  embed(texts: readonly string[], kind: 'query' | 'passage'): Promise<Float32Array>;
  /** Without the marks around a text, and not cut at the model's limit. */
  countTokens(texts: readonly string[]): number[];
  /** See `EmbedApi.queryTokens`. */
  queryTokens(text: string, wordWeights: Readonly<Record<string, number>>): QueryTokens | undefined;
  /** See `EmbedApi.tokenTable`. */
  tokenTable(): TokenTable | undefined;
  dispose(): Promise<void>;
}
