import type { ChunkId } from './ids.ts';

/** A found candidate with the place each retriever gave it. Ranks count from 1; absent means not in that list. */
export interface Hit {
  readonly chunkId: ChunkId;
  /** Fused score; comparable only inside one search. */
  readonly score: number;
  readonly lexicalRank?: number;
  /** Also there for a passage that only meaning had found. */
  readonly lexicalScore?: number;
  readonly denseRank?: number;
  /** Cosine similarity in [-1, 1]. Also there for a passage that only words had found. */
  readonly denseScore?: number;
  /** Query terms found in the chunk, as indexed. */
  readonly terms: readonly string[];
  /** How well each word of the question is met by the nearest one in the passage, in [0, 1]; see `TokenAligner`. */
  readonly alignment?: number;
  /**
   * What the two retrievers, alignment where it was looked at, and the passages around it in its document add to `score`,
   * where it is a sum of them.
   */
  readonly why?: {
    readonly wordsPart: number;
    readonly meaningPart: number;
    readonly alignmentPart?: number;
    readonly contextPart?: number;
  };
  /** Other chunks that say the same in nearly the same words; they were left out for this one. */
  readonly duplicates?: readonly ChunkId[];
  /** What the second stage gave, where it ran: higher is better, on the second model's own scale. */
  readonly rerankScore?: number;
}

/** What a question and its two lists of candidates are like: all that the weight of meaning depends on. */
export type FusionFeature =
  | 'modelStrength'
  | 'nearness'
  | 'clarity'
  | 'brevity'
  | 'commonShare'
  | 'identifierShare'
  | 'unknownShare'
  | 'termCount'
  | 'rarity'
  | 'coverage'
  | 'agreement';

/** How words and meaning were brought together in one search. */
export interface FusionOutcome {
  readonly method: 'convex' | 'rrf' | 'words' | 'meaning';
  /** Share of meaning in the fused score, in [0, 1]. */
  readonly meaningWeight: number;
  /** What moved the weight away from the middle, strongest first; `effect` above 0 is in favour of meaning. */
  readonly reasons: readonly { readonly feature: FusionFeature; readonly value: number; readonly effect: number }[];
}

/** Milliseconds spent in each stage of one search; absent where the stage did not run. */
export interface StageTimings {
  readonly embedMs?: number;
  readonly lexicalMs?: number;
  readonly denseMs?: number;
  readonly fuseMs?: number;
  readonly alignMs?: number;
  readonly diversifyMs?: number;
  readonly rerankMs?: number;
  readonly readMs?: number;
  readonly totalMs: number;
}
