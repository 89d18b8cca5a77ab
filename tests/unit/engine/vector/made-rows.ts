/** Numbers in [−1, 1), the same for the same seed: a linear congruential generator, its low bits left out. */
export function seededRows(count: number, dimensions: number, seed: number, clusters = 0): Float32Array {
  let state = (Math.imul(seed, 2654435761) + 12345) >>> 0;
  const next = (): number => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return (state >>> 8) / 2 ** 23 - 1;
  };
  const centres = Float32Array.from({ length: clusters * dimensions }, next);
  const rows = new Float32Array(count * dimensions);
  for (let row = 0; row < count; row++) {
    const centre = (row % Math.max(1, clusters)) * dimensions;
    for (let i = 0; i < dimensions; i++) rows[row * dimensions + i] = (centres[centre + i] ?? 0) * 2 + next();
  }
  return rows;
}

/** Cosines (or dot products) of a query with every row, in double precision; `undefined` for a row of zeros. */
export function plainScores(
  rows: Float32Array,
  query: Float32Array,
  metric: 'cosine' | 'dot' = 'cosine',
): (number | undefined)[] {
  const dimensions = query.length;
  return Array.from({ length: rows.length / dimensions }, (_, row) => {
    const values = rows.subarray(row * dimensions, (row + 1) * dimensions);
    const length = Math.hypot(...values);
    if (length === 0) return undefined;
    const dot = values.reduce((sum, value, i) => sum + value * (query[i] ?? 0), 0);
    return metric === 'dot' ? dot : dot / length / Math.hypot(...query);
  });
}
