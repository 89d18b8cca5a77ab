import { asUint16, asUint32, damagedSegment, readSegment, writeSegment, type SegmentKind } from '../segment-bytes.ts';
import { SKETCH_BYTES } from './sketch.ts';

/** A chunk's searchable fields, in the order of their field numbers. */
export const LEXICAL_FIELDS = ['body', 'title', 'headings', 'fileName'] as const;
export type LexicalField = (typeof LEXICAL_FIELDS)[number];
export const FIELD_COUNT = LEXICAL_FIELDS.length;
export const BODY_FREQUENCY_LIMIT = 255;
/** Occurrences in title, headings and file name are counted up to here: two bits each. */
export const SIDE_FREQUENCY_LIMIT = 3;

const KIND: SegmentKind = { magic: 'CPLX', version: 1, headerWords: 3, sections: 8 };

/**
 * An immutable inverted index of some chunks. Chunks are numbered by ordinal from 0. Terms are sorted by code
 * point; the postings of term `t` are the entries `[postingStarts[t], postingStarts[t + 1])` of the three posting
 * arrays, in ascending order of ordinal.
 */
export interface LexicalSegment {
  readonly chunkCount: number;
  readonly termCount: number;
  /** UTF-8 of all terms, one after the other; term `t` is `[termStarts[t], termStarts[t + 1])`. */
  readonly termBytes: Uint8Array;
  readonly termStarts: Uint32Array;
  readonly postingStarts: Uint32Array;
  /** 16 bits wide where all ordinals fit. */
  readonly ordinals: Uint16Array | Uint32Array;
  /** Occurrences in the body, at most 255. */
  readonly bodyFrequencies: Uint8Array;
  /** Occurrences in title, headings and file name, two bits each from the lowest, at most 3. */
  readonly sideFrequencies: Uint8Array;
  /** Terms in field `f` of chunk `o` at `[o * FIELD_COUNT + f]`, at most 65,535. */
  readonly fieldLengths: Uint16Array;
  /** `SKETCH_BYTES` for each chunk: see `sketch.ts`. */
  readonly sketches: Uint8Array;
}

export function encodeLexicalSegment(segment: LexicalSegment): Uint8Array {
  const ordinalBytes = segment.ordinals instanceof Uint16Array ? 2 : 4;
  return writeSegment(
    KIND,
    [segment.chunkCount, segment.termCount, ordinalBytes],
    [
      segment.termStarts,
      segment.termBytes,
      segment.postingStarts,
      segment.ordinals,
      segment.bodyFrequencies,
      segment.sideFrequencies,
      segment.fieldLengths,
      segment.sketches,
    ],
  );
}

/**
 * Reads what `encodeLexicalSegment` wrote, as views into `bytes`, which must not change afterwards. Everything a
 * scan relies on is checked here once, so that scans need no checks. Throws `InvalidInputError`.
 */
export function decodeLexicalSegment(bytes: Uint8Array): LexicalSegment {
  const sections = readSegment(KIND, bytes);
  const [chunkCount = 0, termCount = 0, ordinalBytes = 0] = sections.header;
  if (ordinalBytes !== 2 && ordinalBytes !== 4) throw damagedSegment('its width of ordinals is unknown');
  const segment: LexicalSegment = {
    chunkCount,
    termCount,
    termStarts: asUint32(sections.section(0)),
    termBytes: sections.section(1),
    postingStarts: asUint32(sections.section(2)),
    ordinals: ordinalBytes === 2 ? asUint16(sections.section(3)) : asUint32(sections.section(3)),
    bodyFrequencies: sections.section(4),
    sideFrequencies: sections.section(5),
    fieldLengths: asUint16(sections.section(6)),
    sketches: sections.section(7),
  };
  validate(segment);
  return segment;
}

function validate(segment: LexicalSegment): void {
  const { chunkCount, termCount, termStarts, postingStarts, ordinals } = segment;
  const postingCount = ordinals.length;
  const hasRightLengths =
    termStarts.length === termCount + 1 &&
    postingStarts.length === termCount + 1 &&
    segment.bodyFrequencies.length === postingCount &&
    segment.sideFrequencies.length === postingCount &&
    segment.fieldLengths.length === chunkCount * FIELD_COUNT &&
    segment.sketches.length === chunkCount * SKETCH_BYTES;
  if (!hasRightLengths) throw damagedSegment('its parts do not add up');
  validateStarts(termStarts, segment.termBytes.length);
  validateStarts(postingStarts, postingCount);
  for (let term = 0; term < termCount; term++) {
    if (term > 0 && compareTerms(segment, term - 1, term) >= 0) throw damagedSegment('its words are out of order');
    let previous = -1;
    for (let at = postingStarts[term] ?? 0; at < (postingStarts[term + 1] ?? 0); at++) {
      const ordinal = ordinals[at] ?? 0;
      if (ordinal <= previous || ordinal >= chunkCount) throw damagedSegment('its word positions are out of order');
      previous = ordinal;
    }
  }
}

function validateStarts(starts: Uint32Array, end: number): void {
  if (starts[0] !== 0 || starts[starts.length - 1] !== end) throw damagedSegment('its word list does not add up');
  for (let i = 1; i < starts.length; i++) {
    if ((starts[i] ?? 0) <= (starts[i - 1] ?? 0)) throw damagedSegment('its word list does not add up');
  }
}

function compareTerms(segment: LexicalSegment, left: number, right: number): number {
  const { termBytes, termStarts } = segment;
  const leftEnd = termStarts[left + 1] ?? 0;
  const rightEnd = termStarts[right + 1] ?? 0;
  let leftAt = termStarts[left] ?? 0;
  let rightAt = termStarts[right] ?? 0;
  while (leftAt < leftEnd && rightAt < rightEnd) {
    const difference = (termBytes[leftAt++] ?? 0) - (termBytes[rightAt++] ?? 0);
    if (difference !== 0) return difference;
  }
  return leftEnd - leftAt - (rightEnd - rightAt);
}

/** The number of a term, given as UTF-8, or -1. */
export function findTerm(segment: LexicalSegment, term: Uint8Array): number {
  const { termBytes, termStarts } = segment;
  let low = 0;
  let high = segment.termCount - 1;
  while (low <= high) {
    const middle = (low + high) >>> 1;
    const start = termStarts[middle] ?? 0;
    const length = (termStarts[middle + 1] ?? 0) - start;
    const shared = Math.min(length, term.length);
    let difference = 0;
    for (let i = 0; i < shared && difference === 0; i++) difference = (termBytes[start + i] ?? 0) - (term[i] ?? 0);
    if (difference === 0) difference = length - term.length;
    if (difference === 0) return middle;
    if (difference < 0) low = middle + 1;
    else high = middle - 1;
  }
  return -1;
}

/** Whether a chunk holds a term. */
export function hasPosting(segment: LexicalSegment, term: number, ordinal: number): boolean {
  let low = segment.postingStarts[term] ?? 0;
  let high = (segment.postingStarts[term + 1] ?? 0) - 1;
  while (low <= high) {
    const middle = (low + high) >>> 1;
    const found = segment.ordinals[middle] ?? 0;
    if (found === ordinal) return true;
    if (found < ordinal) low = middle + 1;
    else high = middle - 1;
  }
  return false;
}
