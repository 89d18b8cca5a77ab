import type { TopK } from '../ranking/top-k.ts';
import { FIELD_COUNT, type LexicalField, LEXICAL_FIELDS, type LexicalSegment, SIDE_FIELDS } from './lexical-segment.ts';
import { ROUNDING, SegmentScan } from './segment-scan.ts';
import type { WeightedQuery } from './weigh-terms.ts';

/**
 * BM25F (Robertson, Zaragoza, Taylor, "Simple BM25 extension to multiple weighted fields", CIKM 2004; lengths
 * normalised per field as in Zaragoza et al., "Microsoft Cambridge at TREC-13", 2004). For a chunk c and query q:
 *
 *   tf~(t, c) = Σ_f  weight_f · tf(t, c, f) / (1 − b_f + b_f · length(c, f) / averageLength(f))
 *   score(c)  = Σ_{t ∈ q}  count(t, q) · w_t · idf(t) · (k1 + 1) · tf~ / (k1 + tf~)
 *   idf(t)    = ln(1 + (N − n_t + 0.5) / (n_t + 0.5))
 *
 * The idf is Robertson and Spärck Jones's with 1 added inside the logarithm, as Lucene has it, so that it is never
 * negative. A word counts as its stem, in any form, with w = 1, and once more as the very form that was typed, with
 * w = `exactWeight`; a function word beside other words with w = `functionWordWeight`, as its form alone.
 * With one field of weight 1 and both weights 0 this is Okapi BM25.
 */
export interface Bm25Parameters {
  readonly k1: number;
  /** Terms added to the length of a body before it is compared with the average. */
  readonly lengthPrior: number;
  readonly weights: Readonly<Record<LexicalField, number>>;
  readonly b: Readonly<Record<LexicalField, number>>;
  readonly exactWeight: number;
  readonly functionWordWeight: number;
}

/** How these were chosen, and how far the choice was blind, is told in docs/engine.md. */
export const DEFAULT_BM25: Bm25Parameters = {
  k1: 0.8,
  lengthPrior: 64,
  weights: { body: 1, title: 1, headings: 1, fileName: 1 },
  b: { body: 0.75, title: 0.75, headings: 0.75, fileName: 0.75 },
  exactWeight: 0.3,
  functionWordWeight: 0.3,
};

/** Sums over the live chunks of the whole collection, whatever the filter: they make scores comparable across segments. */
export interface CollectionStatistics {
  readonly chunkCount: number;
  /** Per field number: terms in all chunks, and chunks where the field is not empty. */
  readonly fieldTotals: Float64Array;
  readonly fieldCounts: Float64Array;
}

/** A segment as one search sees it. Masks hold 1 for each ordinal that takes part; absent means all do. */
export interface LexicalSource {
  readonly segment: LexicalSegment;
  /** Number of ordinal 0 in the keys handed to the heap. */
  readonly firstKey: number;
  /** Not tombstoned: what document frequencies count. */
  readonly liveMask: Uint8Array | undefined;
  /** Not tombstoned and let through by the filter: what may be found. */
  readonly acceptMask: Uint8Array | undefined;
}

/**
 * Offers to `best`, keyed by `firstKey + ordinal`, every accepted chunk that holds a query term and could be among the
 * best; the outcome is that of scoring them all (`isPruned: false`).
 */
export function scanBm25(
  sources: readonly LexicalSource[],
  statistics: CollectionStatistics,
  query: WeightedQuery,
  best: TopK,
  parameters: Bm25Parameters = DEFAULT_BM25,
  isPruned = true,
): void {
  const { scanned } = query;
  // What each source could give at most; those that could give most raise the bar for the others.
  const bounds = new Float64Array(sources.length);
  const order: number[] = [];
  for (let index = 0; index < sources.length; index++) {
    let bound = 0;
    for (const term of scanned) if ((term.lists[index]?.length ?? 0) > 0) bound += term.bound * ROUNDING;
    bounds[index] = bound;
    if (bound > 0) order.push(index);
  }
  if (order.length > 1) order.sort((a, b) => (bounds[b] ?? 0) - (bounds[a] ?? 0) || a - b);
  const norms = new FieldNorms(statistics, parameters);
  for (const index of order) {
    if (isPruned && (bounds[index] ?? 0) < best.threshold) return;
    const source = sources[index];
    if (source !== undefined) new SegmentScan(source, scanned, index, norms, isPruned).run(best);
  }
}

/** The formula's inner sum with its constants worked out once per search. */
export class FieldNorms {
  readonly k1: number;
  /** For the body: tf~ = bodyWeight · tf / (bodyFlat + bodySlope · length). */
  readonly bodyWeight: number;
  readonly bodyFlat: number;
  readonly bodySlope: number;
  readonly #weights: Float64Array;
  /** `1 − b` and `b / averageLength` per field. */
  readonly #flat: Float64Array;
  readonly #slope: Float64Array;

  constructor(statistics: CollectionStatistics, parameters: Bm25Parameters) {
    this.k1 = parameters.k1;
    this.#weights = Float64Array.from(LEXICAL_FIELDS, (field) => parameters.weights[field]);
    this.#flat = Float64Array.from(LEXICAL_FIELDS, (field) => 1 - parameters.b[field]);
    this.#slope = Float64Array.from(LEXICAL_FIELDS, (field, number) => {
      const total = statistics.fieldTotals[number] ?? 0;
      const count = statistics.fieldCounts[number] ?? 0;
      const prior = field === 'body' ? parameters.lengthPrior : 0;
      return count === 0 ? 0 : parameters.b[field] / (total / count + prior);
    });
    this.bodyWeight = this.#weights[0] ?? 0;
    this.bodySlope = this.#slope[0] ?? 0;
    this.bodyFlat = (this.#flat[0] ?? 0) + this.bodySlope * parameters.lengthPrior;
  }

  /** What title, headings and file name add to tf~, from their packed frequencies. */
  sideFrequency(packed: number, sideLengths: Uint8Array, ordinal: number): number {
    let frequency = 0;
    for (let field = 1; field < FIELD_COUNT; field++) {
      const count = (packed >> (2 * (field - 1))) & 3;
      if (count === 0) continue;
      const length = sideLengths[ordinal * SIDE_FIELDS + field - 1] ?? 0;
      frequency +=
        ((this.#weights[field] ?? 0) * count) / ((this.#flat[field] ?? 0) + (this.#slope[field] ?? 0) * length);
    }
    return frequency;
  }
}
