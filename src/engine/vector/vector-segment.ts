import { InvalidInputError } from '../../domain/errors.ts';
import type { PassageVectors } from '../../domain/passage-vectors.ts';
import { asFloat32, damagedSegment, readSegment, writeSegment, type SegmentKind } from '../segment-bytes.ts';
import { quantise } from './quantise.ts';

const KIND: SegmentKind = { magic: 'CPVQ', version: 2, headerWords: 3, sections: 3 };

/** Immutable quantised vectors of some chunks, numbered by ordinal from 0, each with its rows. */
export interface VectorSegment {
  readonly chunkCount: number;
  /** Rows of chunk `o` are `[firstRows[o], firstRows[o + 1])`; none where it has no vector yet. */
  readonly firstRows: Uint32Array;
  readonly rowCount: number;
  readonly dimensions: number;
  /** Row `r` is `[r * dimensions, (r + 1) * dimensions)`. */
  readonly codes: Int8Array;
  /** `codes × scale` has length 1; 0 for a row of zeros. */
  readonly scales: Float32Array;
  /** Chunks that have a vector. */
  readonly vectorCount: number;
}

/**
 * Quantises rows of `dimensions` floats; they are brought to length 1. Throws `InvalidInputError` on NaN, infinity, or a
 * length that is not the number of rows.
 */
export function buildVectorSegment({ vectors, rowCounts }: PassageVectors, dimensions: number): VectorSegment {
  const firstRows = firstRowsOf(rowCounts);
  const rowCount = firstRows[rowCounts.length] ?? 0;
  if (!Number.isInteger(dimensions) || dimensions < 1 || vectors.length !== rowCount * dimensions) {
    throw new InvalidInputError('The embeddings do not have the number of dimensions they claim.');
  }
  const codes = new Int8Array(vectors.length);
  const scales = new Float32Array(rowCount);
  for (let row = 0; row < rowCount; row++) {
    const start = row * dimensions;
    const end = start + dimensions;
    scales[row] = quantise(vectors.subarray(start, end), codes.subarray(start, end));
  }
  const vectorCount = rowCounts.reduce((count, rows) => count + (rows > 0 ? 1 : 0), 0);
  return { chunkCount: rowCounts.length, firstRows, rowCount, dimensions, codes, scales, vectorCount };
}

function firstRowsOf(rowCounts: Uint16Array): Uint32Array {
  const firstRows = new Uint32Array(rowCounts.length + 1);
  rowCounts.forEach((rows, ordinal) => (firstRows[ordinal + 1] = (firstRows[ordinal] ?? 0) + rows));
  return firstRows;
}

export function encodeVectorSegment(segment: VectorSegment): Uint8Array {
  const { chunkCount, firstRows, rowCount, dimensions, scales, codes } = segment;
  const rowCounts = Uint16Array.from({ length: chunkCount }, (_, o) => (firstRows[o + 1] ?? 0) - (firstRows[o] ?? 0));
  return writeSegment(KIND, [chunkCount, rowCount, dimensions], [rowCounts, scales, codes]);
}

/**
 * Reads what `encodeVectorSegment` wrote, as views into `bytes`, which must not change afterwards. Throws
 * `InvalidInputError` on anything else.
 */
export function decodeVectorSegment(bytes: Uint8Array): VectorSegment {
  const sections = readSegment(KIND, bytes);
  const [chunkCount = 0, rowCount = 0, dimensions = 0] = sections.header;
  const countBytes = sections.section(0);
  if (countBytes.byteLength !== chunkCount * 2) throw damagedSegment('its vectors do not add up');
  const firstRows = firstRowsOf(new Uint16Array(countBytes.buffer, countBytes.byteOffset, chunkCount));
  const scales = asFloat32(sections.section(1));
  const codeBytes = sections.section(2);
  const codes = new Int8Array(codeBytes.buffer, codeBytes.byteOffset, codeBytes.byteLength);
  if (
    dimensions === 0 ||
    firstRows[chunkCount] !== rowCount ||
    scales.length !== rowCount ||
    codes.length !== rowCount * dimensions
  ) {
    throw damagedSegment('its vectors do not add up');
  }
  for (const scale of scales) {
    // A row's largest code is 127, so its length is between 127 and 127·√dimensions.
    if (!(scale >= 0 && scale <= 1 / 126)) throw damagedSegment('its vectors are out of range');
  }
  let vectorCount = 0;
  for (let o = 0; o < chunkCount; o++) if (firstRows[o + 1] !== firstRows[o]) vectorCount++;
  return { chunkCount, firstRows, rowCount, dimensions, codes, scales, vectorCount };
}

/** Writes row `row` as floats of length 1 (zeros where there is no vector) to `target` from `offset`. */
export function dequantiseRow(segment: VectorSegment, row: number, target: Float32Array, offset: number): void {
  const { dimensions, codes } = segment;
  const scale = segment.scales[row] ?? 0;
  const start = row * dimensions;
  for (let i = 0; i < dimensions; i++) target[offset + i] = (codes[start + i] ?? 0) * scale;
}
