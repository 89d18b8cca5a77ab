import { InvalidInputError } from '../../domain/errors.ts';

/** Words of a scan's job, as the kernels read them. */
export const SCAN_JOB = {
  luts: 0,
  codeBytes: 1,
  bias: 2,
  shift: 3,
  list: 4,
  capacity: 5,
  keep: 6,
  length: 7,
  /** Only rows with higher scores join the list. */
  threshold: 8,
  accept: 9,
  histogram: 10,
  scores: 11,
  /** Of so many pairs of blocks one is scanned; a power of 2 up to 64. */
  stride: 12,
} as const;
export const SCAN_JOB_BYTES = 52;
/** Below every score: nothing is left out yet. */
export const NO_THRESHOLD = -32768;

/** Values in a lookup table go up to this: eight of them fit a byte. */
const TOP_LEVEL = 31;
const LARGEST_INT16 = 32767;

/** The query as the scan uses it. */
export interface ScanPlan {
  /** For each half byte of a code, low half first, 16 levels: its part of the score, from 0. Valid until the next plan. */
  readonly luts: Uint8Array;
  /** What is taken off the sum of levels. */
  readonly bias: number;
  /** Sums are multiplied by 2^shift, so that little is lost when they are multiplied by a row's factor. */
  readonly shift: number;
  /** What one unit of a score stands for, times the factor that is stored as 2^15. */
  readonly scoreUnit: number;
}

/** Plans scans over codes of `codeBytes` bytes. */
export class ScanPlanner {
  readonly #weights: Float64Array;
  readonly #luts: Uint8Array;
  readonly #values = new Float64Array(16);

  constructor(codeBytes: number) {
    this.#weights = new Float64Array(codeBytes * 8);
    this.#luts = new Uint8Array(codeBytes * 32);
  }

  /**
   * Prepares the asymmetric score of a code: Σ ±qᵢ with the code's signs, which estimates the dot product once it is
   * multiplied by the row's factor (Gao, Long: RaBitQ, SIGMOD 2024; with the factor of each row instead of a random
   * rotation). Throws `InvalidInputError` on a query of zeros.
   */
  plan(query: Float32Array): ScanPlan {
    const weights = this.#weights;
    const values = this.#values;
    const luts = this.#luts;
    let largest = 0;
    let magnitude = 0;
    for (let at = 0; at < weights.length; at += 4) {
      let sum = 0;
      for (let i = at; i < at + 4; i++) {
        const weight = query[i] ?? 0;
        weights[i] = 2 * weight;
        sum += Math.abs(weight);
      }
      magnitude += sum;
      largest = Math.max(largest, 2 * sum);
    }
    if (!(largest > 0 && largest < Infinity)) throw new InvalidInputError('A question cannot be a vector of zeros.');
    const step = largest / TOP_LEVEL;
    for (let group = 0; group < weights.length / 4; group++) {
      // values[mask]: twice the sum of the weights that agree with the signs in `mask`, where a set bit is a minus.
      values[0] = 0.5;
      for (let i = 0; i < 4; i++) {
        const weight = weights[group * 4 + i]! / step;
        const plus = weight > 0 ? weight : 0;
        const minus = plus - weight;
        const bit = 1 << i;
        for (let mask = 0; mask < bit; mask++) {
          const value = values[mask]!;
          values[mask + bit] = value + minus;
          values[mask] = value + plus;
        }
      }
      // Storing in bytes rounds down, and a half was added: to the nearest.
      for (let mask = 0; mask < 16; mask++) luts[group * 16 + mask] = values[mask]!;
    }
    const bias = Math.round(magnitude / step);
    // No sum exceeds twice the magnitudes, rounded once per group.
    const bound = Math.max(1, bias, (2 * magnitude) / step + weights.length / 4 - bias);
    const shift = Math.max(0, Math.floor(Math.log2(LARGEST_INT16 / Math.ceil(bound))));
    return { luts, bias, shift, scoreUnit: step / 2 ** shift };
  }
}
