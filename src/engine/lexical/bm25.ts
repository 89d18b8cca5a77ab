import type { TopK } from '../ranking/top-k.ts';
import { FIELD_COUNT, findTerm, type LexicalField, LEXICAL_FIELDS, type LexicalSegment } from './lexical-segment.ts';

/**
 * BM25F (Robertson, Zaragoza, Taylor, "Simple BM25 extension to multiple weighted fields", CIKM 2004; lengths
 * normalised per field as in Zaragoza et al., "Microsoft Cambridge at TREC-13", 2004). For a chunk c and query q:
 *
 *   tf~(t, c) = Σ_f  weight_f · tf(t, c, f) / (1 − b_f + b_f · length(c, f) / averageLength(f))
 *   score(c)  = Σ_{t ∈ q}  count(t, q) · idf(t) · (k1 + 1) · tf~ / (k1 + tf~)
 *   idf(t)    = ln(1 + (N − n_t + 0.5) / (n_t + 0.5))
 *
 * The idf is Robertson and Spärck Jones's with 1 added inside the logarithm, as Lucene has it, so that it is never
 * negative. With one field of weight 1 this is Okapi BM25.
 */
export interface Bm25Parameters {
  readonly k1: number;
  /** Terms added to the length of a body before it is compared with the average. */
  readonly lengthPrior: number;
  readonly weights: Readonly<Record<LexicalField, number>>;
  readonly b: Readonly<Record<LexicalField, number>>;
}

export const DEFAULT_BM25: Bm25Parameters = {
  k1: 0.9,
  lengthPrior: 64,
  weights: { body: 1, title: 1, headings: 1, fileName: 1 },
  b: { body: 0.75, title: 0.75, headings: 0.75, fileName: 0.75 },
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

export interface QueryTerm {
  readonly term: string;
  readonly count: number;
}

export interface WeightedTerm extends QueryTerm {
  readonly idf: number;
  /** The term's number in each source, -1 where it does not occur. */
  readonly numbers: Int32Array;
}

/** Looks the query's terms up and counts, exactly, the live chunks that hold them. */
export function weighTerms(
  sources: readonly LexicalSource[],
  statistics: CollectionStatistics,
  terms: readonly QueryTerm[],
): WeightedTerm[] {
  const encoder = new TextEncoder();
  return terms.map(({ term, count }) => {
    const encoded = encoder.encode(term);
    const numbers = new Int32Array(sources.length);
    let frequency = 0;
    sources.forEach(({ segment, liveMask }, index) => {
      const number = findTerm(segment, encoded);
      numbers[index] = number;
      if (number >= 0) frequency += livePostings(segment, number, liveMask);
    });
    const idf = frequency === 0 ? 0 : Math.log(1 + (statistics.chunkCount - frequency + 0.5) / (frequency + 0.5));
    return { term, count, idf, numbers };
  });
}

function livePostings(segment: LexicalSegment, term: number, liveMask: Uint8Array | undefined): number {
  const start = segment.postingStarts[term] ?? 0;
  const end = segment.postingStarts[term + 1] ?? 0;
  if (liveMask === undefined) return end - start;
  let live = 0;
  for (let at = start; at < end; at++) live += liveMask[segment.ordinals[at] ?? 0] ?? 0;
  return live;
}

/** Offers every accepted chunk that holds a query term to `best`, keyed by `firstKey + ordinal`. */
export function scanBm25(
  sources: readonly LexicalSource[],
  statistics: CollectionStatistics,
  terms: readonly WeightedTerm[],
  best: TopK,
  parameters: Bm25Parameters = DEFAULT_BM25,
): void {
  let largest = 0;
  for (const { segment } of sources) largest = Math.max(largest, segment.chunkCount);
  const scores = new Float64Array(largest);
  const scorer = new FieldScorer(statistics, parameters);
  sources.forEach(({ segment, firstKey, acceptMask }, index) => {
    let isTouched = false;
    for (const term of terms) {
      const number = term.numbers[index] ?? -1;
      if (number < 0 || term.idf === 0) continue;
      scorer.addTerm(segment, number, term.idf * term.count, scores);
      isTouched = true;
    }
    if (!isTouched) return;
    let threshold = best.threshold;
    for (let ordinal = 0; ordinal < segment.chunkCount; ordinal++) {
      const score = scores[ordinal] ?? 0;
      if (score === 0) continue;
      scores[ordinal] = 0;
      if (score < threshold || acceptMask?.[ordinal] === 0) continue;
      best.offer(score, firstKey + ordinal);
      threshold = best.threshold;
    }
  });
}

/** The formula's inner sum with its constants worked out once per search. */
class FieldScorer {
  readonly #k1: number;
  readonly #lengthPrior: number;
  readonly #weights: Float64Array;
  /** `1 − b` and `b / averageLength` per field. */
  readonly #flat: Float64Array;
  readonly #slope: Float64Array;

  constructor(statistics: CollectionStatistics, parameters: Bm25Parameters) {
    this.#k1 = parameters.k1;
    this.#lengthPrior = parameters.lengthPrior;
    this.#weights = Float64Array.from(LEXICAL_FIELDS, (field) => parameters.weights[field]);
    this.#flat = Float64Array.from(LEXICAL_FIELDS, (field) => 1 - parameters.b[field]);
    this.#slope = Float64Array.from(LEXICAL_FIELDS, (field, number) => {
      const total = statistics.fieldTotals[number] ?? 0;
      const count = statistics.fieldCounts[number] ?? 0;
      const prior = field === 'body' ? parameters.lengthPrior : 0;
      return count === 0 ? 0 : parameters.b[field] / (total / count + prior);
    });
  }

  addTerm(segment: LexicalSegment, term: number, weight: number, scores: Float64Array): void {
    const { ordinals, bodyFrequencies, sideFrequencies, fieldLengths } = segment;
    const k1 = this.#k1;
    const bodyWeight = this.#weights[0] ?? 0;
    const bodySlope = this.#slope[0] ?? 0;
    const bodyFlat = (this.#flat[0] ?? 0) + bodySlope * this.#lengthPrior;
    const gain = weight * (k1 + 1);
    const end = segment.postingStarts[term + 1] ?? 0;
    for (let at = segment.postingStarts[term] ?? 0; at < end; at++) {
      const ordinal = ordinals[at] ?? 0;
      const lengthsAt = ordinal * FIELD_COUNT;
      const body = bodyFrequencies[at] ?? 0;
      let frequency = (bodyWeight * body) / (bodyFlat + bodySlope * (fieldLengths[lengthsAt] ?? 0));
      const side = sideFrequencies[at] ?? 0;
      if (side !== 0) frequency += this.#sideFrequency(side, fieldLengths, lengthsAt);
      scores[ordinal] = (scores[ordinal] ?? 0) + (gain * frequency) / (k1 + frequency);
    }
  }

  #sideFrequency(packed: number, fieldLengths: Uint16Array, lengthsAt: number): number {
    let frequency = 0;
    for (let field = 1; field < FIELD_COUNT; field++) {
      const count = (packed >> (2 * (field - 1))) & 3;
      if (count === 0) continue;
      const length = fieldLengths[lengthsAt + field] ?? 0;
      frequency +=
        ((this.#weights[field] ?? 0) * count) / ((this.#flat[field] ?? 0) + (this.#slope[field] ?? 0) * length);
    }
    return frequency;
  }
}
