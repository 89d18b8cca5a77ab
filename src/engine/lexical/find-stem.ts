import { prefixWord, type FoundList } from './dictionary-reader.ts';
import { LONG, type LexicalSegment, TERMS_PER_BLOCK } from './lexical-segment.ts';
import { postingLength, POSTINGS_PER_SIGNPOST } from './postings.ts';
import { MARK_BYTE, termKey } from './term-key.ts';

const MAX_KEY_BYTES = 1024;
const ENCODER = new TextEncoder();
/** What the key at hand has after the stem; used by one look-up after another. */
const TAIL = new Uint8Array(MAX_KEY_BYTES);

/** A stem to be looked up in one dictionary after another. */
export class WantedStem {
  readonly bytes: Uint8Array;
  readonly #word: number;
  /** Forms that were typed, to be told apart: their places, and what their keys have after the stem. */
  readonly #typed: number[] = [];
  readonly #tails: Uint8Array[] = [];
  readonly #stem: string;

  constructor(stem: string) {
    this.#stem = stem;
    this.bytes = utf8(stem);
    this.#word = prefixWord(this.bytes, 0, this.bytes.length);
  }

  addForm(form: string, place: number): void {
    this.#typed.push(place);
    this.#tails.push(utf8(termKey(this.#stem, form).slice(this.#stem.length)));
  }

  /**
   * Adds the lists of all forms under the stem to `found`, in order of their keys. Returns how many chunks hold any of
   * them, deleted ones included. This is most of what looking words up takes: keys are compared as they lie, by how much
   * each has in common with the one before it, and the place in the dictionary is kept in variables of this function alone.
   */
  find(segment: LexicalSegment, found: FoundList[]): number {
    const { dictionary, termCount, blockTerms } = segment;
    if (termCount === 0) return 0;
    const { bytes } = this;
    const wantedLength = bytes.length;
    const block = this.#blockOf(segment);
    let at = blockTerms[block] ?? 0;
    let postingEnd = segment.blockPostings[block] ?? 0;
    let signpost = segment.blockSignposts[block] ?? 0;
    let matched = 0;
    let isFound = false;
    let tailLength = 0;
    let chunkCount = 0;
    for (let number = block * TERMS_PER_BLOCK; number < termCount; number++) {
      const isFirst = number % TERMS_PER_BLOCK === 0;
      const lengths = dictionary[at++] ?? 0;
      let shared = lengths >>> 4;
      if (shared === LONG) {
        at = wideVarint(dictionary, at);
        shared += wideValue;
      }
      let rest = lengths & LONG;
      if (rest === LONG) {
        at = wideVarint(dictionary, at);
        rest += wideValue;
      }
      if (isFirst) {
        matched = 0;
        shared = 0;
      } else if (shared < matched) return chunkCount;
      if (shared === matched || isFound) {
        // From here on in the key: what it has in common with the stem is known up to `matched`.
        const most = Math.min(rest, wantedLength - matched);
        let same = 0;
        while (same < most && dictionary[at + same] === bytes[matched + same]) same++;
        if (matched + same === wantedLength) {
          const kept = isFound && !isFirst ? Math.max(0, shared - wantedLength) : 0;
          const tailAt = isFound && !isFirst ? at : at + same;
          tailLength = Math.min(MAX_KEY_BYTES, kept + at + rest - tailAt);
          for (let i = kept, from = tailAt; i < tailLength; i++, from++) TAIL[i] = dictionary[from] ?? 0;
          if (tailLength > 0 && TAIL[0] !== MARK_BYTE) return chunkCount;
          isFound = true;
          matched = wantedLength;
        } else {
          if (isFound || (same < rest && (dictionary[at + same] ?? 0) > (bytes[matched + same] ?? 0)))
            return chunkCount;
          matched += same;
        }
      }
      at += rest;
      let packed = dictionary[at++] ?? 0;
      if (packed > 0x7f) {
        at = wideVarint(dictionary, at - 1);
        packed = wideValue;
      }
      const count = packed >>> 1;
      let stemCount = 0;
      if ((packed & 1) === 1) {
        at = wideVarint(dictionary, at);
        stemCount = wideValue;
      }
      const start = postingEnd;
      if (count > 1) {
        let length = dictionary[at++] ?? 0;
        if (length > 0x7f) {
          at = wideVarint(dictionary, at - 1);
          length = wideValue;
        }
        postingEnd += length;
      } else postingEnd += postingLength(segment.postings, start);
      if (isFound) {
        if (chunkCount === 0) chunkCount = stemCount === 0 ? count : stemCount;
        const end = Math.min(postingEnd, segment.postings.length);
        found.push({ start, end, count, signpost, typed: this.#typedAs(tailLength) });
      }
      if (count > POSTINGS_PER_SIGNPOST) signpost += Math.floor((count - 1) / POSTINGS_PER_SIGNPOST);
    }
    return chunkCount;
  }

  #typedAs(tailLength: number): number {
    for (let i = 0; i < this.#tails.length; i++) {
      const tail = this.#tails[i];
      if (tail?.length !== tailLength) continue;
      let same = 0;
      while (same < tailLength && tail[same] === TAIL[same]) same++;
      if (same === tailLength) return this.#typed[i] ?? -1;
    }
    return -1;
  }

  /** The last block whose first key is not after the stem, or the first. */
  #blockOf(segment: LexicalSegment): number {
    const { blockKeys } = segment;
    const word = this.#word;
    let low = 0;
    let high = blockKeys.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >>> 1;
      const found = blockKeys[middle] ?? 0;
      if (found < word || (found === word && isFirstKeyUpTo(segment, middle, this.bytes))) low = middle;
      else high = middle - 1;
    }
    return low;
  }
}

function isFirstKeyUpTo({ dictionary, blockTerms }: LexicalSegment, block: number, bytes: Uint8Array): boolean {
  let at = blockTerms[block] ?? 0;
  let length = (dictionary[at++] ?? 0) & LONG;
  if (length === LONG) {
    at = wideVarint(dictionary, at);
    length += wideValue;
  }
  // Their first four bytes are the same.
  const shared = Math.min(length, bytes.length);
  for (let i = 4; i < shared; i++) {
    const difference = (dictionary[at + i] ?? 0) - (bytes[i] ?? 0);
    if (difference !== 0) return difference < 0;
  }
  return length <= bytes.length;
}

/** Small arrays of one's own are far cheaper than those an encoder makes, whose bytes lie outside of the heap. */
function utf8(text: string): Uint8Array {
  const bytes = new Uint8Array(text.length);
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code > 0x7f) return ENCODER.encode(text);
    bytes[i] = code;
  }
  return bytes;
}

/** What `wideVarint` read: a second thing to return without making an object. */
let wideValue = 0;

/** Reads a varint of any length at `from` into `wideValue`; returns where it ends. */
function wideVarint(bytes: Uint8Array, from: number): number {
  let at = from;
  let byte = bytes[at++] ?? 0;
  let value = byte & 0x7f;
  for (let shift = 7; byte > 0x7f && shift < 35; shift += 7) {
    byte = bytes[at++] ?? 0;
    value |= (byte & 0x7f) << shift;
  }
  wideValue = value >>> 0;
  return at;
}
