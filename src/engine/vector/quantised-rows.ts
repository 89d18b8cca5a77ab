import { InvalidInputError } from '../../domain/errors.ts';
import { roundUp } from './slab-layout.ts';
import { openKernel, PAGE_BYTES, type KernelInMemory, type KernelKind } from './wasm-kernel.ts';

/**
 * Rows as values of nine bits: a sign and a magnitude up to 255, the row's largest. `dimensions` is padded to a multiple
 * of 8, with zeros.
 */
export interface QuantisedRows {
  readonly rowCount: number;
  readonly dimensions: number;
  /** Sign bits, `dimensions / 8` bytes for each row: bit i of byte j is set where value 8 j + i is negative. */
  readonly codes: Uint8Array;
  /** The values modulo 256, `dimensions` bytes for each row. */
  readonly bytes: Uint8Array;
  /** In which quarter of a step, from 0, each value's true place is: two bits for each, `dimensions / 4` bytes for each row. */
  readonly fine: Uint8Array;
  /** Four for each row: its largest magnitude, and, of the row divided by that, the sums of squares, magnitudes and products with the values. */
  readonly measures: Float32Array;
}

const ROWS_AT_ONCE = 256;

/** Quantises rows, in a little memory of its own. */
export class RowQuantiser {
  readonly #kernel: KernelInMemory;

  constructor(kind?: KernelKind) {
    this.#kernel = openKernel(kind);
  }

  /**
   * Throws `InvalidInputError` on NaN, infinity, or a length that is not a whole number of rows. A row of zeros has
   * zero measures.
   */
  quantise(rows: Float32Array, dimensions: number): QuantisedRows {
    if (!Number.isInteger(dimensions) || dimensions < 1 || rows.length % dimensions !== 0) {
      throw new InvalidInputError('The embeddings do not have the number of dimensions they claim.');
    }
    const { kernel, memory } = this.#kernel;
    const padded = roundUp(dimensions, 8);
    const rowCount = rows.length / dimensions;
    const codes = new Uint8Array(rowCount * (padded / 8));
    const bytes = new Uint8Array(rowCount * padded);
    const fine = new Uint8Array(rowCount * (padded / 4));
    const measures = new Float32Array(rowCount * 4);

    const codesAt = ROWS_AT_ONCE * padded * 4;
    const bytesAt = codesAt + roundUp((ROWS_AT_ONCE * padded) / 8, 16);
    const fineAt = bytesAt + ROWS_AT_ONCE * padded;
    const measuresAt = fineAt + roundUp((ROWS_AT_ONCE * padded) / 4, 16);
    const missing = measuresAt + ROWS_AT_ONCE * 16 - memory.buffer.byteLength;
    if (missing > 0) memory.grow(Math.ceil(missing / PAGE_BYTES));
    const floats = new Float32Array(memory.buffer);
    const memoryBytes = new Uint8Array(memory.buffer);
    for (let first = 0; first < rowCount; first += ROWS_AT_ONCE) {
      const count = Math.min(ROWS_AT_ONCE, rowCount - first);
      if (padded === dimensions) floats.set(rows.subarray(first * dimensions, (first + count) * dimensions));
      else copyPadded(rows, first, count, dimensions, padded, floats);
      if (kernel.quantise(0, count, padded, codesAt, bytesAt, padded, fineAt, measuresAt) !== -1) {
        throw new InvalidInputError('An embedding holds a value that is not a number.');
      }
      codes.set(memoryBytes.subarray(codesAt, codesAt + (count * padded) / 8), first * (padded / 8));
      bytes.set(memoryBytes.subarray(bytesAt, bytesAt + count * padded), first * padded);
      fine.set(memoryBytes.subarray(fineAt, fineAt + (count * padded) / 4), first * (padded / 4));
      measures.set(floats.subarray(measuresAt / 4, measuresAt / 4 + count * 4), first * 4);
    }
    return { rowCount, dimensions: padded, codes, bytes, fine, measures };
  }
}

function copyPadded(
  rows: Float32Array,
  first: number,
  count: number,
  dimensions: number,
  padded: number,
  target: Float32Array,
): void {
  target.fill(0, 0, count * padded);
  for (let row = 0; row < count; row++) {
    target.set(rows.subarray((first + row) * dimensions, (first + row + 1) * dimensions), row * padded);
  }
}
