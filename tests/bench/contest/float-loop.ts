import type { VectorContestant, VectorSet } from './vector-contestant.ts';

const MANY = 500_000;

/**
 * The plainest way: every row's dot product in one loop over a Float32Array, the best kept in order. Of many rows
 * it makes no copy, which would take gigabytes, but counts them as its own.
 */
export function floatLoop(): VectorContestant {
  let rows: Float32Array = new Float32Array(0);
  let dimensions = 0;
  return {
    efforts: [0],
    build(vectors: VectorSet) {
      ({ dimensions } = vectors);
      rows = vectors.count < MANY ? vectors.rows.slice() : vectors.rows;
    },
    search(query, k) {
      const best = new Int32Array(k).fill(-1);
      const scores = new Float64Array(k).fill(-Infinity);
      for (let row = 0, at = 0; at < rows.length; row++) {
        let dot = 0;
        for (let i = 0; i < dimensions; i++, at++) dot += query[i]! * rows[at]!;
        if (dot <= scores[k - 1]!) continue;
        let rank = k - 1;
        for (; rank > 0 && dot > scores[rank - 1]!; rank--) {
          scores[rank] = scores[rank - 1]!;
          best[rank] = best[rank - 1]!;
        }
        scores[rank] = dot;
        best[rank] = row;
      }
      return best;
    },
    memoryBytes: () => rows.byteLength,
  };
}
