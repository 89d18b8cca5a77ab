import { NotFoundError } from '../../src/domain/errors.ts';
import type { ChunkId } from '../../src/domain/ids.ts';
import type { IndexSegment } from './index-segment.ts';

export interface KeyPlace {
  /** Of the segment in this search. */
  readonly index: number;
  readonly segment: IndexSegment;
  readonly ordinal: number;
}

/** Numbers all chunks of one search from 0, segment after segment: what scans, heaps and fusion work with. */
export class SearchKeys {
  readonly #segments: readonly IndexSegment[];
  readonly #firstKeys: Float64Array;
  #indexes: Map<IndexSegment, number> | undefined;

  constructor(segments: readonly IndexSegment[]) {
    this.#segments = segments;
    this.#firstKeys = new Float64Array(segments.length);
    let next = 0;
    segments.forEach((segment, index) => {
      this.#firstKeys[index] = next;
      next += segment.chunkIds.length;
    });
  }

  firstKeyOf(index: number): number {
    return this.#firstKeys[index] ?? 0;
  }

  /** A segment's place in this search; `undefined` where it has none. */
  indexOf(segment: IndexSegment): number | undefined {
    this.#indexes ??= new Map(this.#segments.map((one, index) => [one, index]));
    return this.#indexes.get(segment);
  }

  placeOf(key: number): KeyPlace {
    let low = 0;
    let high = this.#firstKeys.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >>> 1;
      if ((this.#firstKeys[middle] ?? 0) <= key) low = middle;
      else high = middle - 1;
    }
    const segment = this.#segments[low];
    if (segment === undefined) throw new NotFoundError('That passage is not in the search index.');
    return { index: low, segment, ordinal: key - this.firstKeyOf(low) };
  }

  /** For each segment a mask that lets only these keys through. */
  masksOf(keys: Iterable<number>): Uint8Array[] {
    const masks = this.#segments.map(({ chunkIds }) => new Uint8Array(chunkIds.length));
    for (const key of keys) {
      const { index, ordinal } = this.placeOf(key);
      const mask = masks[index];
      if (mask !== undefined) mask[ordinal] = 1;
    }
    return masks;
  }

  chunkIdOf(key: number): ChunkId {
    const { segment, ordinal } = this.placeOf(key);
    return segment.chunkIds.at(ordinal);
  }

  /** Order among equal scores: by chunk id, which does not depend on how chunks are spread over segments. */
  readonly isBefore = (left: number, right: number): boolean => {
    const a = this.placeOf(left);
    const b = this.placeOf(right);
    return a.segment.chunkIds.compare(a.ordinal, b.segment.chunkIds, b.ordinal) < 0;
  };
}
