/** Words of a refinement's job, as the kernels read them; floats where said. */
export const REFINE_JOB = {
  rows: 0,
  count: 1,
  /** Where the scores go, 32-bit floats. */
  scores: 2,
  /** The query as 16-bit integers, padded with zeros to the stride of exact rows. */
  query: 3,
  codeSlabs: 4,
  exactSlabs: 5,
  codeBytes: 6,
  stride: 7,
  /** Float: what one unit of the integer query stands for. */
  queryUnit: 8,
  /** Float: what one unit of a row's factor stands for. */
  factorUnit: 9,
  scratch: 10,
  /** The query as floats, padded with zeros to the stride of exact rows. */
  floatQuery: 11,
  fineBytes: 12,
  /** Float: by what dot products of the float query are multiplied. */
  floatUnit: 13,
} as const;
export const REFINE_JOB_BYTES = 56;

const LARGEST_INT16 = 32767;
const LARGEST_VALUE = 255;

/**
 * Writes the query as 16-bit integers and returns what one unit stands for. The integers are as large as they may be
 * so that neither they nor any dot product with a row of nine-bit values overflows (Cauchy and Schwarz).
 */
export function quantiseQuery(query: Float32Array, target: Int16Array): number {
  let largest = 0;
  let energy = 0;
  for (const value of query) {
    largest = Math.max(largest, Math.abs(value));
    energy += value * value;
  }
  const longestRow = LARGEST_VALUE * Math.sqrt(target.length);
  // Rounding may lengthen the query by half a unit in each direction.
  const room = (2 ** 31 - 1) / longestRow - Math.sqrt(target.length) / 2;
  const factor = Math.min(LARGEST_INT16 / largest, room / Math.sqrt(energy));
  target.fill(0);
  for (let i = 0; i < query.length; i++) target[i] = Math.round(query[i]! * factor);
  return 1 / factor;
}
