/** Rows of 4-bit numbers with one scale each: value ≈ number × scale. */
export interface Int4Rows {
  /** Two numbers a byte, the lower half first, two's complement. */
  readonly packed: Uint8Array;
  readonly scales: Float32Array;
}

const LARGEST = 7;
const SMALLEST = -8;
/** Clipping the largest values costs less than coarse steps for all; how much to clip differs by row. */
const CLIPS = [1, 0.95, 0.9, 0.85, 0.8, 0.75, 0.7, 0.65, 0.6, 0.55, 0.5];
/** Scales are multiples of one unit, so that an engine with 16-bit weights represents them exactly. */
const SCALE_STEPS = 32767;

/**
 * Rounds each row of a float table to 4 bits, under the scale of `CLIPS` with the least squared error; the numbers then get the scale that fits
 * them best.
 */
export function quantiseRows(table: Float32Array, dimensions: number): Int4Rows {
  const rows = table.length / dimensions;
  const fitted = new Float64Array(rows);
  const packed = new Uint8Array((rows * dimensions) / 2);
  for (let row = 0; row < rows; row++) {
    const values = table.subarray(row * dimensions, (row + 1) * dimensions);
    const scale = bestScale(values);
    if (scale === 0) continue;
    let products = 0;
    let squares = 0;
    for (let d = 0; d < dimensions; d++) {
      const number = rounded(values[d]! / scale);
      products += number * values[d]!;
      squares += number * number;
      packed[(row * dimensions + d) >> 1]! |= (number & 15) << (4 * (d & 1));
    }
    fitted[row] = products / squares;
  }
  const unit = Math.fround(fitted.reduce((most, scale) => Math.max(most, scale), 0) / SCALE_STEPS);
  return { packed, scales: Float32Array.from(fitted, (scale) => (unit === 0 ? 0 : Math.round(scale / unit) * unit)) };
}

function rounded(value: number): number {
  return Math.max(SMALLEST, Math.min(LARGEST, Math.round(value)));
}

function bestScale(row: Float32Array): number {
  let largest = 0;
  for (const value of row) largest = Math.max(largest, Math.abs(value));
  if (largest === 0) return 0;
  let best = 0;
  let least = Infinity;
  for (const clip of CLIPS) {
    const scale = (largest * clip) / LARGEST;
    let error = 0;
    for (const value of row) error += (value - rounded(value / scale) * scale) ** 2;
    if (error < least) {
      least = error;
      best = scale;
    }
  }
  return best;
}
