import type { ChunkingSettings } from '../../domain/settings.ts';
import type { EmbeddingModel } from '../../domain/embedding-model.ts';
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
  /** L2-normalised rows in the order of `texts`. Queries overtake passages that wait. */
  embed(
    texts: readonly string[],
    kind: 'query' | 'passage',
    options: { readonly signal: AbortSignal },
  ): Promise<Float32Array>;
  dispose(): void;
}

/** The search index; in the app a worker, in Node the same class in-process. */
export type Searcher = SearchApi;

export type { IndexableChunk, SearchOutcome, SegmentLoad, VectorLoad } from '../../../workers/search/api.ts';
