import { LONG, type LexicalSegment, TERMS_PER_BLOCK } from './lexical-segment.ts';
import { type PostingList, postingLength, signpostsOf } from './postings.ts';

const MAX_KEY_BYTES = 1024;
const DECODER = new TextDecoder('utf-8', { ignoreBOM: true });

/** Walks the dictionary of a segment in order, from any block. */
export class DictionaryReader {
  readonly segment: LexicalSegment;
  readonly key = new Uint8Array(MAX_KEY_BYTES);
  keyLength = 0;
  /** Bytes that the key has in common with the one before it in its block. */
  shared = 0;
  /** Postings of the term; and, at the first of several forms of a stem, chunks with any of them, otherwise 0. */
  count = 0;
  stemCount = 0;
  postingStart = 0;
  postingEnd = 0;
  signpost = 0;
  #at = 0;
  #number = 0;
  #nextSignpost = 0;

  constructor(segment: LexicalSegment, block = 0) {
    this.segment = segment;
    this.toBlock(block);
  }

  toBlock(block: number): void {
    this.#at = this.segment.blockTerms[block] ?? 0;
    this.#number = block * TERMS_PER_BLOCK;
    this.postingEnd = this.segment.blockPostings[block] ?? 0;
    this.#nextSignpost = this.segment.blockSignposts[block] ?? 0;
    this.keyLength = 0;
  }

  /** Reads the next entry; false past the last. */
  next(): boolean {
    if (this.#number >= this.segment.termCount) return false;
    this.#number++;
    const { dictionary } = this.segment;
    const lengths = dictionary[this.#at++] ?? 0;
    const shared = lengths >>> 4 === LONG ? LONG + this.#varint() : lengths >>> 4;
    const length = (lengths & LONG) === LONG ? LONG + this.#varint() : lengths & LONG;
    this.shared = Math.min(shared, this.keyLength);
    const rest = Math.min(length, MAX_KEY_BYTES - this.shared);
    let at = this.#at;
    const end = this.shared + rest;
    for (let i = this.shared; i < end; i++) this.key[i] = dictionary[at++] ?? 0;
    this.keyLength = end;
    this.#at = at;
    this.#readNumbers();
    return true;
  }

  list(): PostingList {
    const end = Math.min(this.postingEnd, this.segment.postings.length);
    return { start: this.postingStart, end, count: this.count, signpost: this.signpost };
  }

  keyText(): string {
    return DECODER.decode(this.key.subarray(0, this.keyLength));
  }

  /** Below 0 where the key comes before `bytes`, above where after, 0 where it is `bytes`. */
  compare(bytes: Uint8Array): number {
    const shared = Math.min(this.keyLength, bytes.length);
    for (let i = 0; i < shared; i++) {
      const difference = (this.key[i] ?? 0) - (bytes[i] ?? 0);
      if (difference !== 0) return difference;
    }
    return this.keyLength - bytes.length;
  }

  startsWith(bytes: Uint8Array): boolean {
    if (this.keyLength < bytes.length) return false;
    for (let i = 0; i < bytes.length; i++) if (this.key[i] !== bytes[i]) return false;
    return true;
  }

  /** Goes to the first key that is not before `bytes` and reads it; false where there is none. */
  seek(bytes: Uint8Array): boolean {
    this.toBlock(this.#blockOf(bytes, prefixWord(bytes, 0, bytes.length)));
    while (this.next()) if (this.compare(bytes) >= 0) return true;
    return false;
  }

  /** What follows a key in its entry. */
  #readNumbers(): void {
    const count = this.#varint();
    this.count = count >>> 1;
    this.stemCount = (count & 1) === 1 ? this.#varint() : 0;
    this.postingStart = this.postingEnd;
    this.postingEnd += this.count > 1 ? this.#varint() : postingLength(this.segment.postings, this.postingStart);
    this.signpost = this.#nextSignpost;
    this.#nextSignpost += signpostsOf(this.count);
  }

  /** The last block whose first key is not after `bytes`, or the first. */
  #blockOf(bytes: Uint8Array, wanted: number): number {
    const { blockKeys } = this.segment;
    let low = 0;
    let high = blockKeys.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >>> 1;
      const found = blockKeys[middle] ?? 0;
      if (found < wanted || (found === wanted && this.#isFirstUpTo(middle, bytes))) low = middle;
      else high = middle - 1;
    }
    return low;
  }

  #isFirstUpTo(block: number, bytes: Uint8Array): boolean {
    const { dictionary, blockTerms } = this.segment;
    this.#at = blockTerms[block] ?? 0;
    const lengths = dictionary[this.#at++] ?? 0;
    const length = (lengths & LONG) === LONG ? LONG + this.#varint() : lengths & LONG;
    const shared = Math.min(length, bytes.length);
    for (let i = 0; i < shared; i++) {
      const difference = (dictionary[this.#at + i] ?? 0) - (bytes[i] ?? 0);
      if (difference !== 0) return difference < 0;
    }
    return length <= bytes.length;
  }

  #varint(): number {
    const { dictionary } = this.segment;
    let byte = dictionary[this.#at++] ?? 0;
    if (byte < 0x80) return byte;
    let value = byte & 0x7f;
    for (let shift = 7; byte > 0x7f && shift < 35; shift += 7) {
      byte = dictionary[this.#at++] ?? 0;
      value |= (byte & 0x7f) << shift;
    }
    return value >>> 0;
  }
}

/** The first four bytes as one number that sorts as they do. */
export function prefixWord(bytes: Uint8Array, start: number, end: number): number {
  let word = 0;
  for (let i = 0; i < 4; i++) word = word * 256 + (start + i < end ? (bytes[start + i] ?? 0) : 0);
  return word;
}

/** A posting list found for a term of a question. */
export interface FoundList extends PostingList {
  /** Place of its form among those that were typed; -1 where it was not typed. */
  readonly typed: number;
}

/** One term by its key. */
export function findKey(reader: DictionaryReader, key: Uint8Array): PostingList | undefined {
  if (reader.segment.termCount === 0 || !reader.seek(key)) return undefined;
  return reader.compare(key) === 0 ? reader.list() : undefined;
}
