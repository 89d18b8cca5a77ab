import type { SegmentId } from '../../src/domain/ids.ts';
import type { RankedList } from '../../src/engine/ranking/fuser.ts';
import type { VectorIndex } from '../../src/engine/vector/vector-index.ts';
import type { VectorPart } from '../../src/engine/vector/vector-parts.ts';
import type { IndexSegment } from './index-segment.ts';
import type { SearchKeys } from './search-keys.ts';

type Entries = RankedList['entries'];

/**
 * Rows refined for each chunk wanted. A list of a hundred is made to be joined with that by words: with twenty rows for each
 * of them its first ten are those of an exact search, and of the rest six in a thousand are others (made texts, 219,000
 * rows), in a quarter of the time that all rows in doubt take.
 */
const CANDIDATES_PER_CHUNK = 20;
const FEWEST_CANDIDATES = 1000;

/** Search by meaning in the terms of one search: its keys instead of those of the vector index. */
export class DenseSearch {
  readonly #segments: readonly IndexSegment[];
  readonly #keys: SearchKeys;
  readonly #modelKey: string;
  readonly #query: Float32Array;
  #index: VectorIndex | undefined;
  /** Where each part of the index is among the segments. */
  readonly #places = new Map<VectorPart, number>();

  constructor(segments: readonly IndexSegment[], keys: SearchKeys, modelKey: string, query: Float32Array) {
    this.#segments = segments;
    this.#keys = keys;
    this.#modelKey = modelKey;
    this.#query = query;
    segments.forEach(({ vectors }, at) => {
      const placed = vectors.get(modelKey);
      if (placed === undefined) return;
      this.#index ??= placed.index;
      this.#places.set(placed.part, at);
    });
  }

  /** The `k` nearest of the chunks that the masks let through. Throws `InvalidInputError` on a malformed query. */
  nearest(k: number, acceptMasks: readonly (Uint8Array | undefined)[]): Entries {
    if (this.#index === undefined) return [];
    // Deleted chunks are not in the index: only what else is left out has to be looked after.
    const isFiltered = acceptMasks.some((mask, at) => mask !== undefined && mask !== this.#segments[at]?.live);
    const { keys, scores } = this.#index.search(this.#query, k, {
      candidates: Math.max(FEWEST_CANDIDATES, k * CANDIDATES_PER_CHUNK),
      accept: isFiltered ? (part) => acceptMasks[this.#places.get(part) ?? -1] : undefined,
      isBefore: (left, right) => this.#keys.isBefore(this.#searchKeyOf(left), this.#searchKeyOf(right)),
    });
    return Array.from(keys, (key, at) => ({ key: this.#searchKeyOf(key), score: scores[at] ?? 0 }));
  }

  /** The scores of these chunks, best first, without those that have no vector. */
  score(wanted: Iterable<number>): Entries {
    const index = this.#index;
    if (index === undefined) return [];
    const pairs: { readonly key: number; readonly vectorKey: number }[] = [];
    for (const key of wanted) {
      const { segment, ordinal } = this.#keys.placeOf(key);
      const placed = segment.vectors.get(this.#modelKey);
      if (placed !== undefined) pairs.push({ key, vectorKey: placed.part.firstKey + ordinal });
    }
    pairs.sort((a, b) => a.vectorKey - b.vectorKey);
    const scores = index.score(
      this.#query,
      pairs.map(({ vectorKey }) => vectorKey),
    );
    return pairs
      .flatMap(({ key }, at) => {
        const score = scores[at];
        return score === undefined ? [] : [{ key, score }];
      })
      .sort((a, b) => b.score - a.score || (this.#keys.isBefore(a.key, b.key) ? -1 : 1));
  }

  /** Segments that these hits, best first, come from, as far as their exact rows are not in memory; most decisive first. */
  wantedExact(hits: Entries): SegmentId[] {
    const wants = new Map<SegmentId, number>();
    hits.forEach(({ key }, rank) => {
      const { segment } = this.#keys.placeOf(key);
      if (segment.vectors.get(this.#modelKey)?.hasExact !== false) return;
      wants.set(segment.segmentId, (wants.get(segment.segmentId) ?? 0) + 1 / (rank + 1));
    });
    return [...wants].sort(([, a], [, b]) => b - a).map(([segmentId]) => segmentId);
  }

  #searchKeyOf(vectorKey: number): number {
    const place = this.#index?.placeOf(vectorKey);
    const at = place && this.#places.get(place.part);
    // Every part of the index belongs to a segment of the search: both are of this moment.
    return at === undefined ? -1 : this.#keys.firstKeyOf(at) + place!.ordinal;
  }
}
