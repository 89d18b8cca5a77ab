import type { VectorSet } from './vector-contestant.ts';

/**
 * How the made vectors lie.
 * - `mix`: topics and sub-topics of uneven size around a common mean, with noise that is stronger in some directions,
 *   as sentence embeddings lie;
 * - `low-rank`: nearly everything within 48 of the directions;
 * - `hard`: nearly unclustered, noise of the same strength in every direction.
 */
export const DISTRIBUTIONS = ['mix', 'low-rank', 'hard'] as const;
export type Distribution = (typeof DISTRIBUTIONS)[number];

const TOPICS = 400;
const SUBTOPICS = 10;
const RANK = 48;

/** Shared memory for `count` rows; the same arguments give the same rows, and a smaller set begins a larger one. */
export function makeVectors(
  distribution: Distribution,
  seed: number,
  count: number,
  dimensions: number,
): VectorSet & { readonly rows: Float32Array<SharedArrayBuffer> } {
  const rows = new Float32Array(new SharedArrayBuffer(count * dimensions * 4));
  const fill = fillerOf(distribution, dimensions);
  const noise = new Noise(seed);
  for (let row = 0; row < count; row++) {
    const target = rows.subarray(row * dimensions, (row + 1) * dimensions);
    fill(target, noise);
    normalise(target);
  }
  return { rows, count, dimensions };
}

type Fill = (target: Float32Array, noise: Noise) => void;

function fillerOf(distribution: Distribution, dimensions: number): Fill {
  const shape = new Noise(17);
  switch (distribution) {
    case 'mix': {
      const mean = shape.row(dimensions, 0.35);
      const topics = Array.from({ length: TOPICS }, () => shape.row(dimensions, 0.8));
      const subtopics = Array.from({ length: TOPICS * SUBTOPICS }, () => shape.row(dimensions, 0.6));
      // A spectrum that falls slowly, turned so that no single coordinate is special.
      const strengths = Float32Array.from({ length: dimensions }, (_, at) => 1.5 / Math.sqrt(1 + at / 24));
      const turn = new Turn(dimensions, shape);
      return (target, noise) => {
        for (let at = 0; at < dimensions; at++) target[at] = strengths[at]! * noise.next();
        turn.apply(target);
        // The inverse of the continuous Zipf distribution with exponent 1: rank = N^u.
        const topic = Math.floor(TOPICS ** noise.uniform()) - 1;
        const centre = topics[topic]!;
        const near = subtopics[topic * SUBTOPICS + Math.floor(SUBTOPICS * noise.uniform())]!;
        for (let at = 0; at < dimensions; at++) target[at]! += mean[at]! + centre[at]! + near[at]!;
      };
    }
    case 'low-rank': {
      const strengths = Float32Array.from({ length: dimensions }, (_, at) => (at < RANK ? 1 : 0.05));
      const turn = new Turn(dimensions, shape);
      return (target, noise) => {
        for (let at = 0; at < dimensions; at++) target[at] = strengths[at]! * noise.next();
        turn.apply(target);
      };
    }
    case 'hard': {
      const topics = Array.from({ length: TOPICS }, () => shape.row(dimensions, 0.25));
      return (target, noise) => {
        const centre = topics[Math.floor(TOPICS * noise.uniform())]!;
        for (let at = 0; at < dimensions; at++) target[at] = centre[at]! + noise.next();
      };
    }
  }
}

/** Pseudo-random numbers: Marsaglia's xorshift with 128 bits of state. */
class Noise {
  readonly #state: Uint32Array;

  constructor(seed: number) {
    this.#state = Uint32Array.of(123456789, 362436069, 521288629, (88675123 ^ Math.imul(seed, 2654435761)) >>> 0);
    for (let round = 0; round < 64; round++) this.#bits();
  }

  /** Uniform in [0, 1). */
  uniform(): number {
    return (this.#bits() >>> 0) / 2 ** 32;
  }

  /** Mean 0, variance 1; a sum of four bytes, which is near enough to normal for directions. */
  next(): number {
    const bits = this.#bits();
    const sum = (bits & 255) + ((bits >>> 8) & 255) + ((bits >>> 16) & 255) + (bits >>> 24);
    return (sum - 510) / 147.8;
  }

  row(dimensions: number, strength: number): Float32Array {
    return Float32Array.from({ length: dimensions }, () => strength * this.next());
  }

  #bits(): number {
    const state = this.#state;
    let bits = state[3]!;
    bits ^= bits << 11;
    bits ^= bits >>> 8;
    state[3] = state[2]!;
    state[2] = state[1]!;
    state[1] = state[0]!;
    bits ^= state[0]! ^ (state[0]! >>> 19);
    state[0] = bits;
    return bits;
  }
}

/** A rotation at the cost of n log n: signs changed, places exchanged and blocks mixed by Hadamard's matrix, twice. */
class Turn {
  readonly #rounds: readonly { readonly signs: Int8Array; readonly places: Uint16Array }[];
  readonly #scratch: Float32Array;
  readonly #block: number;

  constructor(dimensions: number, noise: Noise) {
    // The largest power of two that divides it.
    this.#block = dimensions & -dimensions;
    this.#scratch = new Float32Array(dimensions);
    this.#rounds = Array.from({ length: 2 }, () => {
      const places = Uint16Array.from({ length: dimensions }, (_, at) => at);
      for (let at = dimensions - 1; at > 0; at--) {
        const other = Math.floor(noise.uniform() * (at + 1));
        [places[at], places[other]] = [places[other]!, places[at]!];
      }
      return { signs: Int8Array.from({ length: dimensions }, () => (noise.uniform() < 0.5 ? -1 : 1)), places };
    });
  }

  apply(row: Float32Array): void {
    const scratch = this.#scratch;
    const block = this.#block;
    const scale = 1 / Math.sqrt(block);
    for (const { signs, places } of this.#rounds) {
      for (let at = 0; at < row.length; at++) scratch[at] = row[places[at]!]! * signs[at]!;
      for (let half = 1; half < block; half *= 2) {
        for (let first = 0; first < row.length; first += 2 * half) {
          for (let at = first; at < first + half; at++) {
            const left = scratch[at]!;
            const right = scratch[at + half]!;
            scratch[at] = left + right;
            scratch[at + half] = left - right;
          }
        }
      }
      for (let at = 0; at < row.length; at++) row[at] = scratch[at]! * scale;
    }
  }
}

function normalise(row: Float32Array): void {
  let sum = 0;
  for (const value of row) sum += value * value;
  const scale = 1 / Math.sqrt(sum);
  for (let at = 0; at < row.length; at++) row[at]! *= scale;
}
