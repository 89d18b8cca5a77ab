import { asUint16, asUint32, damagedSegment, readSegment, writeSegment, type SegmentKind } from '../segment-bytes.ts';
import { SKETCH_BYTES } from './sketch.ts';

/** A chunk's searchable fields, in the order of their field numbers. */
export const LEXICAL_FIELDS = ['body', 'title', 'headings', 'fileName'] as const;
export type LexicalField = (typeof LEXICAL_FIELDS)[number];
export const FIELD_COUNT = LEXICAL_FIELDS.length;
/** All but the body. */
export const SIDE_FIELDS = FIELD_COUNT - 1;
export const TERMS_PER_BLOCK = 16;
/** Lengths in a key from here on take a varint of their own. */
export const LONG = 15;
export const MAX_BODY_LENGTH = 0xffff;
export const MAX_SIDE_LENGTH = 0xff;

const KIND: SegmentKind = { magic: 'CPLX', version: 3, headerWords: 3, sections: 10 };

/**
 * An immutable inverted index of some chunks. Chunks are numbered by ordinal from 0. Everything is used as it lies in
 * the bytes; nothing is unpacked when a segment is loaded.
 *
 * The dictionary holds the keys of all terms (`term-key.ts`) in order of their UTF-8 bytes, in blocks of
 * `TERMS_PER_BLOCK`. An entry is: a byte with the length shared with the key before it (0 at the start of a block) in its
 * high half and the length of the rest in its low half, where 15 says that a varint follows with what is beyond 15; the
 * rest; varint `postings · 2 + isShared`, where `isShared`, set at the first of several forms of one stem, says that a
 * varint follows with the number of chunks that hold any of them; and, where there is more than one posting, varint bytes
 * of the posting list.
 */
export interface LexicalSegment {
  readonly chunkCount: number;
  readonly termCount: number;
  /** One bit for each language found: see `LANGUAGES`. */
  readonly languageMask: number;
  /** First four bytes of each block's first key, the first byte highest: what a search among blocks compares. */
  readonly blockKeys: Uint32Array;
  /** Where each block begins in `dictionary`, in `postings` and in `signposts`; one more at the end. */
  readonly blockTerms: Uint32Array;
  readonly blockPostings: Uint32Array;
  readonly blockSignposts: Uint32Array;
  readonly dictionary: Uint8Array;
  readonly postings: Uint8Array;
  /** Two words for each: see `PostingWriter`. */
  readonly signposts: Uint32Array;
  /** Terms in the body of each chunk. */
  readonly bodyLengths: Uint16Array;
  /** Terms in field `f` of chunk `o` at `[o * SIDE_FIELDS + f − 1]`; empty where no chunk has any. */
  readonly sideLengths: Uint8Array;
  /** `SKETCH_BYTES` for each chunk: see `sketch.ts`. */
  readonly sketches: Uint8Array;
}

export function encodeLexicalSegment(segment: LexicalSegment): Uint8Array {
  return writeSegment(
    KIND,
    [segment.chunkCount, segment.termCount, segment.languageMask],
    [
      segment.blockKeys,
      segment.blockTerms,
      segment.blockPostings,
      segment.blockSignposts,
      segment.dictionary,
      segment.postings,
      segment.signposts,
      segment.bodyLengths,
      segment.sideLengths,
      segment.sketches,
    ],
  );
}

/**
 * Reads what `encodeLexicalSegment` wrote, as views into `bytes`, which must not change afterwards. Checks the checksum
 * and that the tables fit each other; the lists themselves are not walked, since readers stay within their bounds
 * whatever they hold. Throws `InvalidInputError`.
 */
export function decodeLexicalSegment(bytes: Uint8Array): LexicalSegment {
  const sections = readSegment(KIND, bytes);
  const [chunkCount = 0, termCount = 0, languageMask = 0] = sections.header;
  const segment: LexicalSegment = {
    chunkCount,
    termCount,
    languageMask,
    blockKeys: asUint32(sections.section(0)),
    blockTerms: asUint32(sections.section(1)),
    blockPostings: asUint32(sections.section(2)),
    blockSignposts: asUint32(sections.section(3)),
    dictionary: sections.section(4),
    postings: sections.section(5),
    signposts: asUint32(sections.section(6)),
    bodyLengths: asUint16(sections.section(7)),
    sideLengths: sections.section(8),
    sketches: sections.section(9),
  };
  validate(segment);
  return segment;
}

/** Side lengths as a segment holds them. */
export function withoutZeros(sideLengths: Uint8Array): Uint8Array {
  return sideLengths.some((length) => length > 0) ? sideLengths : new Uint8Array(0);
}

/** Terms in a field of a chunk. */
export function lengthIn(
  { bodyLengths, sideLengths }: Pick<LexicalSegment, 'bodyLengths' | 'sideLengths'>,
  ordinal: number,
  field: number,
): number {
  return (field === 0 ? bodyLengths[ordinal] : sideLengths[ordinal * SIDE_FIELDS + field - 1]) ?? 0;
}

function validate(segment: LexicalSegment): void {
  const { chunkCount, blockKeys, bodyLengths, sideLengths } = segment;
  const hasSides = sideLengths.length > 0;
  if (bodyLengths.length !== chunkCount || (hasSides && sideLengths.length !== chunkCount * SIDE_FIELDS)) {
    throw damagedSegment('its parts do not add up');
  }
  const blockCount = Math.ceil(segment.termCount / TERMS_PER_BLOCK);
  const hasRightLengths = blockKeys.length === blockCount && segment.sketches.length === chunkCount * SKETCH_BYTES;
  if (!hasRightLengths) throw damagedSegment('its parts do not add up');
  validateStarts(segment.blockTerms, blockCount, segment.dictionary.length, 1);
  validateStarts(segment.blockPostings, blockCount, segment.postings.length, 1);
  validateStarts(segment.blockSignposts, blockCount, segment.signposts.length / 2, 0);
  for (let block = 1; block < blockCount; block++) {
    if ((blockKeys[block] ?? 0) < (blockKeys[block - 1] ?? 0)) throw damagedSegment('its words are out of order');
  }
}

function validateStarts(starts: Uint32Array, blockCount: number, end: number, leastStep: number): void {
  if (starts.length !== blockCount + 1 || starts[0] !== 0 || starts[blockCount] !== end) {
    throw damagedSegment('its word list does not add up');
  }
  for (let i = 1; i <= blockCount; i++) {
    if ((starts[i] ?? 0) - (starts[i - 1] ?? 0) < leastStep) throw damagedSegment('its word list does not add up');
  }
}

/** Bytes a segment takes in memory. */
export function lexicalBytes(segment: LexicalSegment): number {
  let total = 0;
  for (const part of Object.values(segment)) if (ArrayBuffer.isView(part)) total += part.byteLength;
  return total;
}
