/**
 * One vector per text from the model's vectors per token, as sentence-transformers pools: `mean` over the tokens that
 * are not padding, or the first token (`cls`); then scaled to length 1.
 * https://www.sbert.net/docs/package_reference/sentence_transformer/models.html#sentence_transformers.models.Pooling
 *
 * `states` is [texts, width, dimensions]; `lengths[i]` tokens of text i are real and come first. Row i is written to
 * `out` at `rows[i] * dimensions`. Returns false if a vector is not finite.
 */
export function poolInto(
  out: Float32Array,
  rows: readonly number[],
  states: Float32Array,
  shape: { readonly width: number; readonly dimensions: number },
  lengths: readonly number[],
  pooling: 'mean' | 'cls',
): boolean {
  const { width, dimensions } = shape;
  for (let i = 0; i < rows.length; i++) {
    const from = i * width * dimensions;
    const tokenCount = pooling === 'cls' ? 1 : (lengths[i] ?? 0);
    const row = out.subarray((rows[i] ?? 0) * dimensions, ((rows[i] ?? 0) + 1) * dimensions);
    row.fill(0);
    // The mean's divisor cancels out in the scaling.
    for (let token = 0; token < tokenCount; token++) {
      const offset = from + token * dimensions;
      for (let d = 0; d < dimensions; d++) row[d] = (row[d] ?? 0) + (states[offset + d] ?? 0);
    }
    if (!normalise(row)) return false;
  }
  return true;
}

/** Scales to length 1 in place. A vector of zeros stays; false if the length is not finite. */
function normalise(row: Float32Array): boolean {
  let squares = 0;
  for (const value of row) squares += value * value;
  if (!Number.isFinite(squares)) return false;
  if (squares === 0) return true;
  const scale = 1 / Math.sqrt(squares);
  for (let d = 0; d < row.length; d++) row[d] = (row[d] ?? 0) * scale;
  return true;
}
