/** Rows of 4-bit numbers with one scale each: value ≈ number × scale. */
export interface Int4Rows {
  /** Two numbers a byte, the lower half first, two's complement. */
  readonly packed: Uint8Array;
  readonly scales: Float32Array;
}

const LARGEST = 7;
/** Clipping the largest values costs less than coarse steps for all; how much to clip differs by row. */
const CLIPS = [1, 0.95, 0.9, 0.85, 0.8, 0.75, 0.7, 0.65, 0.6];
/** Scales are multiples of one unit, so that an engine with 16-bit weights represents them exactly. */
const SCALE_STEPS = 32767;

/** Rounds each row of a float table to 4 bits, under the scale of `CLIPS` with the least squared error. */
export function quantiseRows(table: Float32Array, dimensions: number): Int4Rows {
  const rows = table.length / dimensions;
  const wanted = new Float64Array(rows);
  for (let row = 0; row < rows; row++)
    wanted[row] = bestScale(table.subarray(row * dimensions, (row + 1) * dimensions));
  const unit = Math.fround(wanted.reduce((most, scale) => Math.max(most, scale), 0) / SCALE_STEPS);
  const scales = new Float32Array(rows);
  const packed = new Uint8Array((rows * dimensions) / 2);
  for (let row = 0; row < rows; row++) {
    const steps = Math.round(wanted[row]! / (unit || 1));
    const scale = steps * unit;
    scales[row] = scale;
    if (scale === 0) continue;
    for (let d = 0; d < dimensions; d += 2) {
      const low = rounded(table[row * dimensions + d]! / scale);
      const high = rounded(table[row * dimensions + d + 1]! / scale);
      packed[(row * dimensions + d) / 2] = (low & 15) | ((high & 15) << 4);
    }
  }
  return { packed, scales };
}

function rounded(value: number): number {
  return Math.max(-LARGEST, Math.min(LARGEST, Math.round(value)));
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
