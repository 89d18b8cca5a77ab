import type { FusionOutcome, Hit, StageTimings } from './hit.ts';
import type { ChunkId } from './ids.ts';

/** A passage that came close to being shown. */
export interface NearMiss {
  readonly title: string;
  readonly path: string;
  readonly score: number;
  readonly lexicalRank?: number;
  readonly denseRank?: number;
}

/**
 * Of what is kept: hot = answers, and the compact codes, which are always in memory; warm = blocks and exact rows that are
 * decrypted and kept; cold = ciphertext on disk. Of an answer: the coldest thing it needed.
 */
export type Tier = 'hot' | 'warm' | 'cold';

/** How one search came to its results: what is the same for all of them. */
export interface SearchExplanation {
  readonly fusion: FusionOutcome;
  readonly nearMisses: readonly NearMiss[];
  readonly timings: StageTimings;
  /** Where the answer came from; absent in conversations from before this was kept. */
  readonly tier?: Tier;
  /** Conditions in force and what was not understood, in sentences for the reader. */
  readonly notes: readonly string[];
}

/** How one result came to its place: `place` counts from 1. */
export interface HitExplanation extends Omit<Hit, 'chunkId' | 'duplicates'> {
  readonly place: number;
  readonly duplicateCount: number;
}

/** An answer's search, kept with the answer: by the chunk that a source cites. */
export interface AnswerExplanation extends SearchExplanation {
  readonly hits: Readonly<Record<ChunkId, HitExplanation>>;
}

/** `place` counts from 1. Terms are named by the words of the question that they stand for. */
export function explainHit(
  { chunkId: _, duplicates = [], ...hit }: Hit,
  place: number,
  queryTerms: readonly { readonly term: string; readonly typed: string }[],
): HitExplanation {
  const typed = new Map(queryTerms.map((term) => [term.term, term.typed]));
  const terms = hit.terms.map((term) => typed.get(term) ?? term);
  return { ...hit, terms, place, duplicateCount: duplicates.length };
}
