import type { VectorSet } from './vector-contestant.ts';

/** Queries compared with a row while it is in the processor's cache. */
const AT_ONCE = 4;

/** The `k` nearest rows of each query by the dot product of floats, nearest first: what is true. */
export function exactNeighbours(vectors: VectorSet, queries: VectorSet, k: number): Int32Array {
  const { rows, count, dimensions } = vectors;
  const nearest = new Int32Array(queries.count * k).fill(-1);
  const scores = new Float64Array(queries.count * k).fill(-Infinity);
  for (let first = 0; first < queries.count; first += AT_ONCE) {
    const some = Math.min(AT_ONCE, queries.count - first);
    const [a, b, c, d] = [0, 1, 2, 3].map((at) => {
      const query = first + Math.min(at, some - 1);
      return queries.rows.slice(query * dimensions, (query + 1) * dimensions);
    }) as [Float32Array, Float32Array, Float32Array, Float32Array];
    const dots = new Float64Array(AT_ONCE);
    for (let row = 0, at = 0; row < count; row++) {
      let dotA = 0;
      let dotB = 0;
      let dotC = 0;
      let dotD = 0;
      for (let i = 0; i < dimensions; i++, at++) {
        const value = rows[at]!;
        dotA += a[i]! * value;
        dotB += b[i]! * value;
        dotC += c[i]! * value;
        dotD += d[i]! * value;
      }
      dots[0] = dotA;
      dots[1] = dotB;
      dots[2] = dotC;
      dots[3] = dotD;
      for (let query = 0; query < some; query++) {
        insert(nearest, scores, (first + query) * k, k, row, dots[query]!);
      }
    }
  }
  return nearest;
}

function insert(nearest: Int32Array, scores: Float64Array, start: number, k: number, row: number, score: number): void {
  let at = start + k - 1;
  if (score <= scores[at]!) return;
  for (; at > start && score > scores[at - 1]!; at--) {
    scores[at] = scores[at - 1]!;
    nearest[at] = nearest[at - 1]!;
  }
  scores[at] = score;
  nearest[at] = row;
}

/** The share of the true nearest that were found, over `count` queries from the query `first` on. */
export function recallOf(found: Int32Array, truth: Int32Array, first: number, count: number, k: number): number {
  let hits = 0;
  for (let query = 0; query < count; query++) {
    const wanted = new Set(truth.subarray((first + query) * k, (first + query + 1) * k));
    for (let rank = 0; rank < k; rank++) if (wanted.delete(found[query * k + rank]!)) hits++;
  }
  return hits / (count * k);
}
