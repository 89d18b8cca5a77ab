import { InvalidInputError } from '../../domain/errors.ts';

const LARGEST_CODE = 127;

/**
 * Writes a vector as signed bytes: the component of largest magnitude becomes ±127, the rest in proportion, rounded.
 * Returns the scale by which the codes become a vector of length 1, so that the dot product of two scaled rows is
 * exactly the cosine of their codes. A zero vector gives scale 0. Throws `InvalidInputError` on NaN or infinity.
 */
export function quantise(vector: Float32Array, codes: Int8Array): number {
  let largest = 0;
  for (const component of vector) {
    const magnitude = Math.abs(component);
    if (!(magnitude < Infinity)) throw new InvalidInputError('An embedding holds a value that is not a number.');
    if (magnitude > largest) largest = magnitude;
  }
  if (largest === 0) {
    codes.fill(0);
    return 0;
  }
  const factor = LARGEST_CODE / largest;
  let squares = 0;
  for (let i = 0; i < vector.length; i++) {
    const code = Math.round((vector[i] ?? 0) * factor);
    codes[i] = code;
    squares += code * code;
  }
  return 1 / Math.sqrt(squares);
}
