import type { QuantisedRows } from './quantised-rows.ts';

export type Metric = 'cosine' | 'dot';

/** Factors of cosine rows are stored as 15-bit fractions of this. They are at least 1, and 1.25 for normal components. */
export const COSINE_FACTOR_RANGE = 4;
/** Steps that a stored factor has up to the range. */
export const FACTOR_STEPS = 32768;
const LARGEST_FACTOR = 32767;

export interface RowWeights {
  /** By what the sum Σ ±qᵢ over a row's signs is multiplied, then divided by √dimensions, to estimate the score. 0: no vector. */
  readonly factors: Float32Array;
  /** `value × scale` is the component, of the row at length 1 for the cosine. 0: no vector. */
  readonly scales: Float32Array;
}

/**
 * For a row x and its signs s, ⟨q, s⟩ ‖x‖² / ‖x‖₁ estimates ⟨q, x⟩ without bias where what is at right angles to x in s is
 * at right angles to q too (Gao, Long: RaBitQ, SIGMOD 2024).
 */
export function weighRows(rows: QuantisedRows, dimensions: number, metric: Metric): RowWeights {
  const factors = new Float32Array(rows.rowCount);
  const scales = new Float32Array(rows.rowCount);
  for (let row = 0; row < rows.rowCount; row++) {
    const largest = rows.measures[row * 4]!;
    if (largest === 0) continue;
    const length = Math.sqrt(rows.measures[row * 4 + 1]!);
    const spread = (Math.sqrt(dimensions) * length) / rows.measures[row * 4 + 2]!;
    factors[row] = metric === 'cosine' ? spread : spread * length * largest;
    // So that the row's own direction is free of error: it is what near queries have most of.
    const scale = length / rows.measures[row * 4 + 3]!;
    scales[row] = metric === 'cosine' ? scale : scale * length * largest;
  }
  return { factors, scales };
}

/** Factors as 15-bit fractions of `range`; none that is not 0 becomes 0. */
export function storeFactors(factors: Float32Array, range: number): Uint16Array {
  const stored = new Uint16Array(factors.length);
  for (let at = 0; at < factors.length; at++) {
    const factor = factors[at]!;
    if (factor === 0) continue;
    stored[at] = Math.min(LARGEST_FACTOR, Math.max(1, Math.floor((factor / range) * FACTOR_STEPS)));
  }
  return stored;
}

/** What one step of a stored factor stands for in a score: see `RowWeights.factors`. */
export function factorUnit(range: number, dimensions: number): number {
  return range / FACTOR_STEPS / Math.sqrt(dimensions);
}
