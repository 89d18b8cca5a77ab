import type { PassageTokens, PassageVectors } from '../../domain/passage-vectors.ts';
import { InvalidInputError } from '../../domain/errors.ts';
import {
  asFloat32,
  asUint16,
  damagedSegment,
  readSegment,
  writeSegment,
  type SegmentKind,
  type SegmentSections,
} from '../segment-bytes.ts';
import type { RowQuantiser } from './quantised-rows.ts';
import { COSINE_FACTOR_RANGE, storeFactors, weighRows } from './row-weights.ts';
import { roundUp } from './slab-layout.ts';

const CODES: SegmentKind = { magic: 'CPVC', version: 2, headerWords: 3, sections: 3 };
const EXACT: SegmentKind = { magic: 'CPVX', version: 3, headerWords: 2, sections: 5 };

/** Codes of the rows of some chunks, numbered by ordinal from 0. Immutable. */
export interface VectorCodes {
  readonly chunkCount: number;
  readonly rowCount: number;
  readonly dimensions: number;
  /** How many rows each chunk has; absent where each has one. */
  readonly rowCounts: Uint16Array | undefined;
  /** `QuantisedRows.codes`. */
  readonly codes: Uint8Array;
  /** `RowWeights.factors` for the cosine, as fractions of `COSINE_FACTOR_RANGE`; 0 where the row is zeros. */
  readonly factors: Uint16Array;
}

/** Which rows a piece of a segment is of. */
export interface RowShape {
  readonly chunkCount: number;
  readonly rowCount: number;
  readonly dimensions: number;
}

/** The same rows at nine bits, together with their codes, and the tokens of the chunks. */
export interface ExactRows {
  readonly rowCount: number;
  readonly dimensions: number;
  /** `QuantisedRows.bytes`. */
  readonly bytes: Uint8Array;
  /** `QuantisedRows.fine`. */
  readonly fine: Uint8Array;
  /** `RowWeights.scales` for the cosine. */
  readonly scales: Float32Array;
  /** Absent with models that do not tell. */
  readonly tokens: PassageTokens | undefined;
}

export interface SegmentVectors {
  readonly codes: VectorCodes;
  readonly exact: ExactRows;
}

/**
 * Quantises the rows of some chunks for search by cosine. A row of zeros is never found. Throws `InvalidInputError` on NaN,
 * infinity, or where rows and counts do not add up.
 */
export function buildSegmentVectors(
  { vectors, rowCounts, tokens }: PassageVectors,
  dimensions: number,
  quantiser: RowQuantiser,
): SegmentVectors {
  if (tokens !== undefined && !areTokensOf(tokens, rowCounts.length)) {
    throw new InvalidInputError('The words of the passages do not fit the passages they are for.');
  }
  const rows = quantiser.quantise(vectors, dimensions);
  checkRowCounts(rowCounts, rows.rowCount);
  const { factors, scales } = weighRows(rows, dimensions, 'cosine');
  const { rowCount, codes, bytes, fine } = rows;
  return {
    codes: {
      chunkCount: rowCounts.length,
      rowCount,
      dimensions,
      rowCounts: rowCounts.every((count) => count === 1) ? undefined : rowCounts,
      codes,
      factors: storeFactors(factors, COSINE_FACTOR_RANGE),
    },
    exact: { rowCount, dimensions, bytes, fine, scales, tokens },
  };
}

/** Throws `InvalidInputError` unless the counts are those of `rowCount` rows. */
export function checkRowCounts(rowCounts: Uint16Array, rowCount: number): void {
  let sum = 0;
  for (const count of rowCounts) sum += count;
  if (sum !== rowCount) throw new InvalidInputError('The embeddings do not fit the passages they are for.');
}

export function encodeVectorCodes(segment: VectorCodes): Uint8Array {
  const { chunkCount, rowCount, dimensions, rowCounts, factors, codes } = segment;
  return writeSegment(CODES, [chunkCount, rowCount, dimensions], [rowCounts ?? new Uint16Array(0), factors, codes]);
}

export function encodeExactRows({ rowCount, dimensions, scales, bytes, fine, tokens }: ExactRows): Uint8Array {
  const { counts, ids } = tokens ?? { counts: new Uint16Array(0), ids: new Uint16Array(0) };
  return writeSegment(EXACT, [rowCount, dimensions], [scales, bytes, fine, counts, ids]);
}

/**
 * Reads what `encodeVectorCodes` wrote, as views into `bytes`, which must not change afterwards. Throws
 * `InvalidInputError` on anything else.
 */
export function decodeVectorCodes(bytes: Uint8Array): VectorCodes {
  const sections = readSegment(CODES, bytes);
  const [chunkCount = 0, rowCount = 0, dimensions = 0] = sections.header;
  const counts = asUint16(sections.section(0));
  const factors = asUint16(sections.section(1));
  const codes = sections.section(2);
  const rowCounts = counts.length === 0 && chunkCount === rowCount ? undefined : counts;
  if (rowCounts !== undefined && rowCounts.length !== chunkCount) throw damagedSegment('its passages do not add up');
  if (rowCounts?.reduce((sum, count) => sum + count, 0) !== (rowCounts && rowCount)) {
    throw damagedSegment('its passages do not add up');
  }
  if (dimensions === 0 || factors.length !== rowCount || codes.length !== (rowCount * roundUp(dimensions, 8)) / 8) {
    throw damagedSegment('its vectors do not add up');
  }
  // A row's factor is at least 1 (Cauchy and Schwarz), but for rounding.
  const smallest = Math.floor((0.99 / COSINE_FACTOR_RANGE) * 32768);
  for (const factor of factors) {
    if ((factor !== 0 && factor < smallest) || factor > 32767) throw damagedSegment('its vectors are out of range');
  }
  return { chunkCount, rowCount, dimensions, rowCounts, codes, factors };
}

/**
 * Reads what `encodeExactRows` wrote for `rowCount` rows of `dimensions`, as views. Throws `InvalidInputError` on anything
 * else.
 */
export function decodeExactRows(bytes: Uint8Array, { chunkCount, rowCount, dimensions }: RowShape): ExactRows {
  const sections = readSegment(EXACT, bytes);
  const scales = asFloat32(sections.section(0));
  const rows = sections.section(1);
  const fine = sections.section(2);
  if (sections.header[0] !== rowCount || sections.header[1] !== dimensions) {
    throw damagedSegment('its exact vectors are not those of its codes');
  }
  const size = rowCount * roundUp(dimensions, 8);
  if (scales.length !== rowCount || rows.length !== size || fine.length !== size / 4) {
    throw damagedSegment('its exact vectors do not add up');
  }
  // A row's length is between its largest magnitude, 255 steps, and that times √dimensions; with room for rounding.
  const smallest = 0.5 / (255 * Math.sqrt(dimensions));
  for (const scale of scales) {
    if (scale !== 0 && !(scale >= smallest && scale <= 2 / 255)) {
      throw damagedSegment('its exact vectors are out of range');
    }
  }
  return { rowCount, dimensions, bytes: rows, fine, scales, tokens: readTokens(sections, chunkCount) };
}

/** Copied, so that they do not keep all the rest in memory. */
function readTokens(sections: SegmentSections, chunkCount: number): PassageTokens | undefined {
  const tokens = { counts: asUint16(sections.section(3)).slice(), ids: asUint16(sections.section(4)).slice() };
  if (tokens.counts.length === 0 && tokens.ids.length === 0) return undefined;
  if (!areTokensOf(tokens, chunkCount)) throw damagedSegment('the words of its passages do not add up');
  return tokens;
}

/** Whether these are the tokens of so many passages, each passage's ascending. */
function areTokensOf({ counts, ids }: PassageTokens, chunkCount: number): boolean {
  let at = 0;
  for (const count of counts) {
    for (const end = at + count; at < end; at++) {
      if (at >= ids.length || (at > end - count && ids[at]! <= ids[at - 1]!)) return false;
    }
  }
  return counts.length === chunkCount && at === ids.length;
}

/** A row as floats, of length 1 where quantisation was by cosine. `bytes` and `code` are as in `QuantisedRows`. */
export function dequantise(code: Uint8Array, bytes: Uint8Array, scale: number, target: Float32Array): void {
  for (let i = 0; i < target.length; i++) {
    const isNegative = ((code[i >> 3] ?? 0) >> (i & 7)) & 1;
    target[i] = ((bytes[i] ?? 0) - 256 * isNegative) * scale;
  }
}
