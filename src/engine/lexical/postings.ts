import type { LexicalSegment } from './lexical-segment.ts';
import { ByteWriter } from './varint.ts';

/** A list longer than this has a signpost after every so many postings, by which a reader jumps. */
export const POSTINGS_PER_SIGNPOST = 128;
export const BODY_FREQUENCY_LIMIT = 255;
/** Occurrences in title, headings and file name are counted up to here: two bits each. */
export const SIDE_FREQUENCY_LIMIT = 3;

/**
 * Writes posting lists. A posting is a varint `(gap − 1) · 2 + more`, where the gap is to the ordinal before (the first:
 * to −1). Without `more` the term stands once in the body and nowhere else. Otherwise a byte follows: occurrences in
 * the body in the low four bits (15: a byte of its own follows) and, at 16, whether a byte of side frequencies follows.
 */
export class PostingWriter {
  readonly bytes = new ByteWriter();
  /** Per signpost: the ordinal before it, and its place in bytes from the start of its list. */
  readonly signposts: number[] = [];
  #start = 0;
  #previous = -1;
  #count = 0;

  begin(): void {
    this.#start = this.bytes.length;
    this.#previous = -1;
    this.#count = 0;
  }

  add(ordinal: number, body: number, side: number): void {
    if (this.#count > 0 && this.#count % POSTINGS_PER_SIGNPOST === 0) {
      this.signposts.push(this.#previous, this.bytes.length - this.#start);
    }
    const isPlain = body === 1 && side === 0;
    this.bytes.varint((ordinal - this.#previous - 1) * 2 + (isPlain ? 0 : 1));
    if (!isPlain) {
      this.bytes.byte(Math.min(body, 15) | (side === 0 ? 0 : 16));
      if (body >= 15) this.bytes.byte(body);
      if (side !== 0) this.bytes.byte(side);
    }
    this.#previous = ordinal;
    this.#count++;
  }

  /** A whole list: `frequencies` hold occurrences in the body and, from bit 8 on, those in the other fields. */
  addAll(ordinals: Uint32Array, frequencies: Uint16Array, start: number, end: number): void {
    const bytes = this.bytes.withRoom((end - start) * 8);
    let at = this.bytes.length;
    let previous = -1;
    for (let i = start; i < end; i++) {
      if (i > start && (i - start) % POSTINGS_PER_SIGNPOST === 0) this.signposts.push(previous, at - this.#start);
      const ordinal = ordinals[i] ?? 0;
      const packed = frequencies[i] ?? 0;
      let rest = (ordinal - previous - 1) * 2 + (packed === 1 ? 0 : 1);
      previous = ordinal;
      for (; rest > 0x7f; rest >>>= 7) bytes[at++] = (rest & 0x7f) | 0x80;
      bytes[at++] = rest;
      if (packed === 1) continue;
      const body = packed & 0xff;
      const side = packed >> 8;
      bytes[at++] = Math.min(body, 15) | (side === 0 ? 0 : 16);
      if (body >= 15) bytes[at++] = body;
      if (side !== 0) bytes[at++] = side;
    }
    this.bytes.length = at;
    this.#previous = previous;
    this.#count = end - start;
  }

  /** Postings and bytes of the list begun last. */
  end(): { readonly count: number; readonly length: number } {
    return { count: this.#count, length: this.bytes.length - this.#start };
  }
}

/** Signposts of a list of so many postings. */
export function signpostsOf(count: number): number {
  return Math.floor(Math.max(0, count - 1) / POSTINGS_PER_SIGNPOST);
}

/** Bytes of the posting at `at`: of a list of one the dictionary does not tell. */
export function postingLength(bytes: Uint8Array, at: number): number {
  const isPlain = ((bytes[at] ?? 0) & 1) === 0;
  let end = at;
  while ((bytes[end] ?? 0) > 0x7f && end - at < 5) end++;
  end++;
  if (isPlain) return end - at;
  const flags = bytes[end++] ?? 0;
  if ((flags & 15) === 15) end++;
  if ((flags & 16) !== 0) end++;
  return end - at;
}

/** Where a posting list lies in its segment. */
export interface PostingList {
  readonly start: number;
  readonly end: number;
  readonly count: number;
  /** Number of its first signpost. */
  readonly signpost: number;
}

/** Where a cursor stands past the last posting. */
export const PAST_END = 0x7fffffff;

/** Postings unpacked: room for as many as a caller takes at once. */
export interface PostingBatch {
  readonly ordinals: Uint32Array;
  readonly bodies: Uint8Array;
  readonly sides: Uint8Array;
}

/** Reads one list forwards. Stands on a posting, or on `PAST_END`; reads of damaged bytes end early. */
export class PostingCursor {
  ordinal = -1;
  body = 0;
  side = 0;
  #bytes: Uint8Array;
  #signposts: Uint32Array;
  #start: number;
  #end: number;
  #at: number;
  #firstSignpost: number;
  #signpostCount: number;
  #nextSignpost = 0;

  constructor(segment: LexicalSegment, list: PostingList) {
    this.#bytes = segment.postings;
    this.#signposts = segment.signposts;
    this.#start = list.start;
    this.#end = list.end;
    this.#at = list.start;
    this.#firstSignpost = list.signpost;
    this.#signpostCount = signpostsOf(list.count);
    this.next();
  }

  /** Reads another list from its beginning, as a new cursor would. */
  reset(segment: LexicalSegment, list: PostingList): void {
    this.ordinal = -1;
    this.#bytes = segment.postings;
    this.#signposts = segment.signposts;
    this.#start = list.start;
    this.#end = list.end;
    this.#at = list.start;
    this.#firstSignpost = list.signpost;
    this.#signpostCount = list.count > POSTINGS_PER_SIGNPOST ? signpostsOf(list.count) : 0;
    this.#nextSignpost = 0;
    this.next();
  }

  next(): void {
    const bytes = this.#bytes;
    const end = this.#end;
    let at = this.#at;
    if (at >= end) {
      this.ordinal = PAST_END;
      return;
    }
    let value = bytes[at++] ?? 0;
    if (value > 0x7f) {
      value &= 0x7f;
      for (let shift = 7, byte = 0x80; byte > 0x7f && at < end; shift += 7) {
        byte = bytes[at++] ?? 0;
        value |= (byte & 0x7f) << shift;
      }
    }
    this.ordinal += (value >>> 1) + 1;
    this.body = 1;
    this.side = 0;
    if ((value & 1) === 1) {
      const flags = bytes[at++] ?? 0;
      this.body = flags & 15;
      if (this.body === 15) this.body = bytes[at++] ?? 0;
      if ((flags & 16) !== 0) this.side = bytes[at++] ?? 0;
    }
    this.#at = at;
  }

  /** Unpacks the postings from here on that lie before `end`, and stands on the one after them; returns how many. */
  take(end: number, { ordinals, bodies, sides }: PostingBatch): number {
    const bytes = this.#bytes;
    const stop = this.#end;
    let { ordinal, body, side } = this;
    let at = this.#at;
    let count = 0;
    while (ordinal < end && count < ordinals.length) {
      ordinals[count] = ordinal;
      bodies[count] = body;
      sides[count] = side;
      count++;
      if (at >= stop) {
        ordinal = PAST_END;
        break;
      }
      let value = bytes[at++] ?? 0;
      if (value > 0x7f) {
        value &= 0x7f;
        for (let shift = 7, byte = 0x80; byte > 0x7f && at < stop; shift += 7) {
          byte = bytes[at++] ?? 0;
          value |= (byte & 0x7f) << shift;
        }
      }
      ordinal += (value >>> 1) + 1;
      body = 1;
      side = 0;
      if ((value & 1) === 1) {
        const flags = bytes[at++] ?? 0;
        body = flags & 15;
        if (body === 15) body = bytes[at++] ?? 0;
        if ((flags & 16) !== 0) side = bytes[at++] ?? 0;
      }
    }
    this.ordinal = ordinal;
    this.body = body;
    this.side = side;
    this.#at = at;
    return count;
  }

  /** Goes to the first posting at or after `ordinal`; never backwards. */
  seek(ordinal: number): void {
    if (this.ordinal >= ordinal) return;
    this.#jump(ordinal);
    while (this.ordinal < ordinal) this.next();
  }

  #jump(ordinal: number): void {
    const first = this.#firstSignpost;
    let low = this.#nextSignpost;
    let high = this.#signpostCount;
    if (low >= high || (this.#signposts[2 * (first + low)] ?? 0) >= ordinal) return;
    while (high - low > 1) {
      const middle = (low + high) >>> 1;
      if ((this.#signposts[2 * (first + middle)] ?? 0) < ordinal) low = middle;
      else high = middle;
    }
    const before = this.#signposts[2 * (first + low)] ?? 0;
    this.#nextSignpost = low + 1;
    if (before < this.ordinal) return;
    this.ordinal = before;
    this.#at = this.#start + (this.#signposts[2 * (first + low) + 1] ?? 0);
    this.next();
  }
}
