import { InvalidInputError } from '../../domain/errors.ts';
import type { Stages } from './slab-layout.ts';

/** Words of a scan's job, as the kernels read them; floats where said. */
export const SCAN_JOB = {
  luts: 0,
  stage0: 1,
  stage1: 2,
  stage2: 3,
  bias0: 4,
  bias1: 5,
  bias2: 6,
  shift: 7,
  /** Float: the share of its score that a row is expected to have after the first stage. */
  share0: 8,
  /** Float: the same after the second. */
  share1: 9,
  list: 10,
  capacity: 11,
  keep: 12,
  length: 13,
  threshold: 14,
  limit0: 15,
  limit1: 16,
  accept: 17,
  histogram: 18,
  scores: 19,
} as const;
export const SCAN_JOB_BYTES = 80;
/** Below every score: nothing is left out yet. */
export const NO_THRESHOLD = -32768;

/** Values in a lookup table go up to this: eight of them fit a byte. */
const TOP_LEVEL = 31;
const LARGEST_INT16 = 32767;

/** The query as the scan uses it. */
export interface ScanPlan {
  /** For each half byte of a code, low half first, 16 levels: its part of the score, from 0. */
  readonly luts: Uint8Array;
  /** What is taken off the sum of levels after each stage. */
  readonly biases: readonly [number, number, number];
  /** Sums are multiplied by 2^shift, so that little is lost when they are multiplied by a row's factor. */
  readonly shift: number;
  readonly shares: readonly [number, number];
}

/**
 * Prepares the asymmetric score of a code: Σ ±qᵢ with the code's signs, which estimates the dot product once it is
 * multiplied by the row's factor (Gao, Long: RaBitQ, SIGMOD 2024; with the factor of each row instead of a random
 * rotation).
 *
 * A row is given up after a stage when even `slack` standard deviations could not bring it over the threshold. Of a row
 * with score s the stage is expected to have found ρ s, where ρ is the stage's share of the query's energy, with a
 * deviation of at most ‖q‖ √(ρ (1 − ρ)).
 */
export function planScan(query: Float32Array, stages: Stages, slack: number): ScanPlan {
  const bytes = stages[0] + stages[1] + stages[2];
  const weights = new Float64Array(bytes * 8);
  weights.set(query);
  const groups = bytes * 2;
  let largest = 0;
  for (let group = 0; group < groups; group++) {
    largest = Math.max(largest, 2 * magnitudeOf(weights, group * 4, group * 4 + 4));
  }
  if (!(largest > 0 && largest < Infinity)) throw new InvalidInputError('A question cannot be a vector of zeros.');
  const step = largest / TOP_LEVEL;

  const luts = new Uint8Array(groups * 16);
  const values = new Float64Array(16);
  for (let group = 0; group < groups; group++) {
    // values[mask]: twice the sum of the weights that agree with the signs in `mask`, where a set bit is a minus.
    values[0] = 0;
    for (let i = 0; i < 4; i++) {
      const weight = weights[group * 4 + i]!;
      const plus = weight > 0 ? 2 * weight : 0;
      const minus = weight < 0 ? -2 * weight : 0;
      for (let mask = (1 << i) - 1; mask >= 0; mask--) {
        values[mask | (1 << i)] = values[mask]! + minus;
        values[mask] = values[mask]! + plus;
      }
    }
    for (let mask = 0; mask < 16; mask++) luts[group * 16 + mask] = Math.round(values[mask]! / step);
  }

  const energy = energyOf(weights, 0, weights.length);
  const ends = [stages[0], stages[0] + stages[1], bytes] as const;
  const shares = ends.map((end) => energyOf(weights, 0, end * 8) / energy);
  const biases = ends.map((end, stage) => {
    const share = shares[stage] ?? 1;
    const doubt = stage === 2 || end === bytes ? 0 : slack * Math.sqrt(energy * share * (1 - share));
    return Math.round((magnitudeOf(weights, 0, end * 8) - doubt) / step);
  });
  // No sum exceeds twice the magnitudes, rounded once per group.
  let bound = 1;
  ends.forEach((end, stage) => {
    const bias = biases[stage] ?? 0;
    const top = (2 * magnitudeOf(weights, 0, end * 8)) / step + end * 2;
    bound = Math.max(bound, Math.abs(bias), top - bias);
  });
  const shift = Math.max(0, Math.floor(Math.log2(LARGEST_INT16 / Math.ceil(bound))));
  return {
    luts,
    biases: [biases[0] ?? 0, biases[1] ?? 0, biases[2] ?? 0],
    shift,
    shares: [shares[0] ?? 1, shares[1] ?? 1],
  };
}

function magnitudeOf(weights: Float64Array, start: number, end: number): number {
  let sum = 0;
  for (let i = start; i < end; i++) sum += Math.abs(weights[i]!);
  return sum;
}

function energyOf(weights: Float64Array, start: number, end: number): number {
  let sum = 0;
  for (let i = start; i < end; i++) sum += weights[i]! * weights[i]!;
  return sum;
}
