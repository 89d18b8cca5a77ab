import type { ChunkId } from './ids.ts';

/** A found candidate with the place each retriever gave it. Ranks count from 1; absent means not in that list. */
export interface Hit {
  readonly chunkId: ChunkId;
  /** Fused score; comparable only inside one search. */
  readonly score: number;
  readonly lexicalRank?: number;
  readonly lexicalScore?: number;
  readonly denseRank?: number;
  /** Cosine similarity in [-1, 1]. */
  readonly denseScore?: number;
  /** Query terms found in the chunk, as indexed. */
  readonly terms: readonly string[];
}

/** Milliseconds spent in each stage of one search; absent where the stage did not run. */
export interface StageTimings {
  readonly embedMs?: number;
  readonly lexicalMs?: number;
  readonly denseMs?: number;
  readonly fuseMs?: number;
  readonly diversifyMs?: number;
  readonly readMs?: number;
  readonly totalMs: number;
}
