import type { TopK } from '../ranking/top-k.ts';
import type { VectorSegment } from './vector-segment.ts';

/** A segment's vectors as one search sees them; masks as in `LexicalSource`. */
export interface VectorSource {
  readonly segment: VectorSegment;
  readonly firstKey: number;
  readonly acceptMask: Uint8Array | undefined;
}

/** A quantised query: see `quantise`. */
export interface QueryCodes {
  readonly codes: Int8Array;
  readonly scale: number;
}

/**
 * Exact scan: how near the query is to every accepted chunk that has a vector, offered to `best` under
 * `firstKey + ordinal`: the cosine with its one row, or, of a chunk with windows, the mean of the cosine with the whole
 * and that with its nearest window. Dimensions must be equal throughout.
 */
export function scanVectors(sources: readonly VectorSource[], query: QueryCodes, best: TopK): void {
  // 32-bit copies: the engine multiplies them without widening the query's bytes again for every row.
  const wide = Int32Array.from(query.codes);
  for (const { segment, firstKey, acceptMask } of sources) {
    const { codes, scales, dimensions, chunkCount, firstRows } = segment;
    const cosine = (row: number): number => dotCodes(wide, codes, row * dimensions, dimensions) * (scales[row] ?? 0);
    let threshold = best.threshold;
    for (let ordinal = 0; ordinal < chunkCount; ordinal++) {
      const first = firstRows[ordinal] ?? 0;
      const end = firstRows[ordinal + 1] ?? 0;
      if (first === end || scales[first] === 0 || acceptMask?.[ordinal] === 0) continue;
      let score = cosine(first);
      if (end > first + 1) {
        let nearest = -Infinity;
        for (let row = first + 1; row < end; row++) nearest = Math.max(nearest, cosine(row));
        score = (score + nearest) / 2;
      }
      score *= query.scale;
      if (score < threshold) continue;
      best.offer(score, firstKey + ordinal);
      threshold = best.threshold;
    }
  }
}

/** Integer dot product. Four sums at a time: they do not wait for one another. */
function dotCodes(query: Int32Array, codes: Int8Array, start: number, dimensions: number): number {
  let a = 0;
  let b = 0;
  let c = 0;
  let d = 0;
  let i = 0;
  let at = start;
  for (; i + 4 <= dimensions; i += 4, at += 4) {
    a = (a + Math.imul(query[i] ?? 0, codes[at] ?? 0)) | 0;
    b = (b + Math.imul(query[i + 1] ?? 0, codes[at + 1] ?? 0)) | 0;
    c = (c + Math.imul(query[i + 2] ?? 0, codes[at + 2] ?? 0)) | 0;
    d = (d + Math.imul(query[i + 3] ?? 0, codes[at + 3] ?? 0)) | 0;
  }
  for (; i < dimensions; i++, at++) a = (a + Math.imul(query[i] ?? 0, codes[at] ?? 0)) | 0;
  return a + b + c + d;
}

/** Cosine of two rows, 0 where either has no vector. Segments must have the same dimensions. */
export function rowSimilarity(left: VectorSegment, leftRow: number, right: VectorSegment, rightRow: number): number {
  const { dimensions } = left;
  const leftStart = leftRow * dimensions;
  const rightStart = rightRow * dimensions;
  let dot = 0;
  for (let i = 0; i < dimensions; i++) dot += (left.codes[leftStart + i] ?? 0) * (right.codes[rightStart + i] ?? 0);
  return dot * (left.scales[leftRow] ?? 0) * (right.scales[rightRow] ?? 0);
}
