import { InvalidInputError } from '../../domain/errors.ts';
import { asFloat32, damagedSegment, readSegment, writeSegment, type SegmentKind } from '../segment-bytes.ts';
import { quantise } from './quantise.ts';

const KIND: SegmentKind = { magic: 'CPVQ', version: 1, headerWords: 2, sections: 2 };

/** Immutable quantised vectors of some chunks, numbered by ordinal from 0. */
export interface VectorSegment {
  readonly rowCount: number;
  readonly dimensions: number;
  /** Row `o` is `[o * dimensions, (o + 1) * dimensions)`. */
  readonly codes: Int8Array;
  /** `codes × scale` has length 1; 0 where the chunk has no vector yet. */
  readonly scales: Float32Array;
  /** Rows that hold a vector. */
  readonly vectorCount: number;
}

/**
 * Quantises rows of `dimensions` floats. A row of zeros means "no vector"; rows are brought to length 1. Throws
 * `InvalidInputError` on NaN, infinity, or a length that is not a whole number of rows.
 */
export function buildVectorSegment(rows: Float32Array, dimensions: number): VectorSegment {
  if (!Number.isInteger(dimensions) || dimensions < 1 || rows.length % dimensions !== 0) {
    throw new InvalidInputError('The embeddings do not have the number of dimensions they claim.');
  }
  const rowCount = rows.length / dimensions;
  const codes = new Int8Array(rows.length);
  const scales = new Float32Array(rowCount);
  let vectorCount = 0;
  for (let row = 0; row < rowCount; row++) {
    const start = row * dimensions;
    const end = start + dimensions;
    const scale = quantise(rows.subarray(start, end), codes.subarray(start, end));
    scales[row] = scale;
    if (scale !== 0) vectorCount++;
  }
  return { rowCount, dimensions, codes, scales, vectorCount };
}

export function encodeVectorSegment(segment: VectorSegment): Uint8Array {
  return writeSegment(KIND, [segment.rowCount, segment.dimensions], [segment.scales, segment.codes]);
}

/**
 * Reads what `encodeVectorSegment` wrote, as views into `bytes`, which must not change afterwards. Throws
 * `InvalidInputError` on anything else.
 */
export function decodeVectorSegment(bytes: Uint8Array): VectorSegment {
  const sections = readSegment(KIND, bytes);
  const [rowCount = 0, dimensions = 0] = sections.header;
  const scales = asFloat32(sections.section(0));
  const codeBytes = sections.section(1);
  const codes = new Int8Array(codeBytes.buffer, codeBytes.byteOffset, codeBytes.byteLength);
  if (dimensions === 0 || scales.length !== rowCount || codes.length !== rowCount * dimensions) {
    throw damagedSegment('its vectors do not add up');
  }
  let vectorCount = 0;
  for (let row = 0; row < rowCount; row++) {
    const scale = scales[row] ?? Number.NaN;
    // A row's largest code is 127, so its length is between 127 and 127·√dimensions.
    if (!(scale >= 0 && scale <= 1 / 126)) throw damagedSegment('its vectors are out of range');
    if (scale !== 0) vectorCount++;
  }
  return { rowCount, dimensions, codes, scales, vectorCount };
}

/** Writes row `row` as floats of length 1 (zeros where there is no vector) to `target` from `offset`. */
export function dequantiseRow(segment: VectorSegment, row: number, target: Float32Array, offset: number): void {
  const { dimensions, codes } = segment;
  const scale = segment.scales[row] ?? 0;
  const start = row * dimensions;
  for (let i = 0; i < dimensions; i++) target[offset + i] = (codes[start + i] ?? 0) * scale;
}
