import { InvalidInputError } from '../domain/errors.ts';

/**
 * The container of every index segment: little-endian, version first, sections aligned so that they are used in
 * place as typed arrays, without parsing.
 *
 *   u32 magic · u32 version · u32 checksum · u32 section count · u32 header word count
 *   u32 byte length of each section · header words · sections, each starting at a multiple of 4
 *
 * The checksum is FNV-1a (Fowler, Noll, Vo) taken over the 32-bit words that follow it instead of over bytes: each step is a
 * bijection of the running value, so that a change confined to one word never goes unnoticed. It finds damage,
 * not malice: that is the envelope's part.
 */
const FIXED_WORDS = 5;
const FNV_OFFSET = 0x811c9dc5;
const FNV_PRIME = 0x01000193;

export interface SegmentSections {
  readonly header: Uint32Array;
  readonly sectionCount: number;
  /** Bytes of a section, as a view. Throws `InvalidInputError` where there is none. */
  section(index: number): Uint8Array;
}

export interface SegmentKind {
  /** Four ASCII letters. */
  readonly magic: string;
  readonly version: number;
  readonly headerWords: number;
  readonly sections: number;
}

function magicWord(magic: string): number {
  let word = 0;
  for (let i = 0; i < 4; i++) word |= (magic.charCodeAt(i) & 0xff) << (8 * i);
  return word >>> 0;
}

function checksumOf(words: Uint32Array): number {
  let hash = FNV_OFFSET;
  for (let i = 3; i < words.length; i++) hash = Math.imul(hash ^ (words[i] ?? 0), FNV_PRIME);
  return hash >>> 0;
}

export function damagedSegment(what: string, cause?: unknown): InvalidInputError {
  return new InvalidInputError(
    `Part of the search index is damaged (${what}). Your documents are not affected; rebuild the index to repair it.`,
    { cause },
  );
}

/** Writes a container. Sections are copied. */
export function writeSegment(
  kind: SegmentKind,
  header: readonly number[],
  sections: readonly ArrayBufferView[],
): Uint8Array {
  const prefixWords = FIXED_WORDS + sections.length + header.length;
  let total = prefixWords * 4;
  for (const section of sections) total += (section.byteLength + 3) & ~3;
  const bytes = new Uint8Array(total);
  const words = new Uint32Array(bytes.buffer);
  words.set([magicWord(kind.magic), kind.version, 0, sections.length, header.length]);
  words.set(
    sections.map((section) => section.byteLength),
    FIXED_WORDS,
  );
  words.set(header, FIXED_WORDS + sections.length);
  let at = prefixWords * 4;
  for (const section of sections) {
    bytes.set(new Uint8Array(section.buffer, section.byteOffset, section.byteLength), at);
    at += (section.byteLength + 3) & ~3;
  }
  words[2] = checksumOf(words);
  return bytes;
}

/** Reads a container; views into `bytes` wherever alignment allows. Throws `InvalidInputError` on anything else than what `writeSegment` wrote. */
export function readSegment(kind: SegmentKind, bytes: Uint8Array): SegmentSections {
  if (bytes.byteLength % 4 !== 0 || bytes.byteLength < FIXED_WORDS * 4) throw damagedSegment('its length is wrong');
  const aligned = bytes.byteOffset % 4 === 0 ? bytes : bytes.slice();
  const words = new Uint32Array(aligned.buffer, aligned.byteOffset, aligned.byteLength / 4);
  if (words[0] !== magicWord(kind.magic)) throw damagedSegment('it is of another kind');
  if (words[1] !== kind.version) throw damagedSegment('it was written by another version');
  if (words[3] !== kind.sections || words[4] !== kind.headerWords) throw damagedSegment('its parts do not add up');
  if (words[2] !== checksumOf(words)) throw damagedSegment('its checksum does not fit');
  const starts: number[] = [];
  let at = (FIXED_WORDS + kind.sections + kind.headerWords) * 4;
  for (let i = 0; i < kind.sections; i++) {
    starts.push(at);
    at += ((words[FIXED_WORDS + i] ?? 0) + 3) & ~3;
  }
  if (at !== aligned.byteLength) throw damagedSegment('its parts do not add up');
  return {
    header: words.subarray(FIXED_WORDS + kind.sections, FIXED_WORDS + kind.sections + kind.headerWords),
    sectionCount: kind.sections,
    section: (index) => {
      const start = starts[index];
      const length = words[FIXED_WORDS + index];
      if (start === undefined || length === undefined) throw damagedSegment('a part is missing');
      return aligned.subarray(start, start + length);
    },
  };
}

/** The same bytes as 32-bit words. */
export function asUint32(bytes: Uint8Array): Uint32Array {
  if (bytes.byteLength % 4 !== 0) throw damagedSegment('a part has an odd length');
  return new Uint32Array(bytes.buffer, bytes.byteOffset, bytes.byteLength / 4);
}

/** The same bytes as 16-bit words. */
export function asUint16(bytes: Uint8Array): Uint16Array {
  if (bytes.byteLength % 2 !== 0) throw damagedSegment('a part has an odd length');
  return new Uint16Array(bytes.buffer, bytes.byteOffset, bytes.byteLength / 2);
}

/** The same bytes as 32-bit floats. */
export function asFloat32(bytes: Uint8Array): Float32Array {
  if (bytes.byteLength % 4 !== 0) throw damagedSegment('a part has an odd length');
  return new Float32Array(bytes.buffer, bytes.byteOffset, bytes.byteLength / 4);
}
