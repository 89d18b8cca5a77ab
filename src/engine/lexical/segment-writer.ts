import { prefixWord } from './dictionary-reader.ts';
import { LONG, type LexicalSegment, TERMS_PER_BLOCK } from './lexical-segment.ts';
import { PostingWriter } from './postings.ts';
import { stemOfKey } from './term-key.ts';
import type { TermTable } from './term-table.ts';
import { ByteWriter } from './varint.ts';

type TermTables = Omit<LexicalSegment, 'chunkCount' | 'languageMask' | 'bodyLengths' | 'sideLengths' | 'sketches'>;

/** Posting lists one after another; list `n` lies from `starts[n]` to `starts[n + 1]`. */
export interface SortedPostings {
  readonly starts: Uint32Array;
  readonly ordinals: Uint32Array;
  /** Occurrences in the body, and from bit 8 on those in the other fields, packed. */
  readonly frequencies: Uint16Array;
}

/** Writes the dictionary and the postings of a segment, key by key in order of code points. */
export class SegmentWriter {
  readonly #dictionary = new ByteWriter();
  readonly #postings = new PostingWriter();
  readonly #blockKeys: number[] = [];
  readonly #blockTerms: number[] = [];
  readonly #blockPostings: number[] = [];
  readonly #blockSignposts: number[] = [];
  readonly #encoder = new TextEncoder();
  readonly #lastGroupOf: Uint32Array;
  #previousKey = new Uint8Array(64);
  #previousLength = 0;
  #termCount = 0;
  // Forms of the stem at hand: they are written together, since the first names the chunks that hold any of them.
  #stem = '';
  #group = 0;
  #groupChunks = 0;
  #forms: { readonly key: string; readonly count: number; readonly length: number; readonly signposts: number }[] = [];

  constructor(chunkCount: number) {
    this.#lastGroupOf = new Uint32Array(chunkCount);
  }

  beginTerm(key: string): void {
    const stem = stemOfKey(key);
    if (this.#group === 0 || stem !== this.#stem) {
      this.#writeGroup();
      this.#stem = stem;
      this.#group++;
      this.#groupChunks = 0;
    }
    this.#postings.begin();
  }

  add(ordinal: number, body: number, side: number): void {
    if (this.#lastGroupOf[ordinal] !== this.#group) {
      this.#lastGroupOf[ordinal] = this.#group;
      this.#groupChunks++;
    }
    this.#postings.add(ordinal, body, side);
  }

  endTerm(key: string): void {
    this.#forms.push({ key, ...this.#postings.end(), signposts: this.#postings.signposts.length / 2 });
  }

  /** All forms of one stem at once: `numbers` from `first` to `end`, whose postings lie from `starts[n]` to `starts[n + 1]`. */
  writeForms(table: TermTable, numbers: Uint32Array, first: number, end: number, postings: SortedPostings): void {
    const { starts, ordinals, frequencies } = postings;
    let groupChunks = 0;
    if (end - first > 1) {
      const group = ++this.#group;
      for (let i = starts[first] ?? 0; i < (starts[end] ?? 0); i++) {
        const ordinal = ordinals[i] ?? 0;
        if (this.#lastGroupOf[ordinal] === group) continue;
        this.#lastGroupOf[ordinal] = group;
        groupChunks++;
      }
    }
    for (let i = first; i < end; i++) {
      const number = numbers[i] ?? 0;
      const signposts = this.#postings.signposts.length / 2;
      const from = this.#postings.bytes.length;
      this.#postings.begin();
      this.#postings.addAll(ordinals, frequencies, starts[i] ?? 0, starts[i + 1] ?? 0);
      const count = (starts[i + 1] ?? 0) - (starts[i] ?? 0);
      const length = this.#postings.bytes.length - from;
      this.#signpostsBefore = signposts;
      this.#writeEntry(
        table.bytes,
        table.starts[number] ?? 0,
        table.starts[number + 1] ?? 0,
        count,
        length,
        groupChunks,
      );
      this.#signpostsBefore = this.#postings.signposts.length / 2;
      groupChunks = 0;
    }
  }

  finish(): TermTables {
    this.#writeGroup();
    this.#blockTerms.push(this.#dictionary.length);
    this.#blockPostings.push(this.#postingsBefore);
    this.#blockSignposts.push(this.#signpostsBefore);
    return {
      termCount: this.#termCount,
      blockKeys: Uint32Array.from(this.#blockKeys),
      blockTerms: Uint32Array.from(this.#blockTerms),
      blockPostings: Uint32Array.from(this.#blockPostings),
      blockSignposts: Uint32Array.from(this.#blockSignposts),
      dictionary: this.#dictionary.finish(),
      postings: this.#postings.bytes.finish(),
      signposts: Uint32Array.from(this.#postings.signposts),
    };
  }

  #postingsBefore = 0;
  #signpostsBefore = 0;

  #writeGroup(): void {
    this.#forms.forEach(({ key, count, length, signposts }, index) => {
      const bytes = this.#encoder.encode(key);
      const isShared = index === 0 && this.#forms.length > 1;
      this.#writeEntry(bytes, 0, bytes.length, count, length, isShared ? this.#groupChunks : 0);
      this.#signpostsBefore = signposts;
    });
    this.#forms = [];
  }

  /** `groupChunks`: above 0 at the first of several forms. */
  #writeEntry(bytes: Uint8Array, start: number, end: number, count: number, length: number, groupChunks: number): void {
    const dictionary = this.#dictionary;
    const isFirstOfBlock = this.#termCount % TERMS_PER_BLOCK === 0;
    if (isFirstOfBlock) {
      this.#blockKeys.push(prefixWord(bytes, start, end));
      this.#blockTerms.push(dictionary.length);
      this.#blockPostings.push(this.#postingsBefore);
      this.#blockSignposts.push(this.#signpostsBefore);
    }
    const shared = isFirstOfBlock ? 0 : this.#sharedLength(bytes, start, end);
    const rest = end - start - shared;
    dictionary.byte((Math.min(shared, LONG) << 4) | Math.min(rest, LONG));
    if (shared >= LONG) dictionary.varint(shared - LONG);
    if (rest >= LONG) dictionary.varint(rest - LONG);
    for (let at = start + shared; at < end; at++) dictionary.byte(bytes[at] ?? 0);
    dictionary.varint(count * 2 + (groupChunks > 0 ? 1 : 0));
    if (groupChunks > 0) dictionary.varint(groupChunks);
    if (count > 1) dictionary.varint(length);
    if (this.#previousKey.length < end - start) this.#previousKey = new Uint8Array((end - start) * 2);
    for (let at = start; at < end; at++) this.#previousKey[at - start] = bytes[at] ?? 0;
    this.#previousLength = end - start;
    this.#termCount++;
    this.#postingsBefore += length;
  }

  #sharedLength(bytes: Uint8Array, start: number, end: number): number {
    const most = Math.min(this.#previousLength, end - start);
    let shared = 0;
    while (shared < most && this.#previousKey[shared] === bytes[start + shared]) shared++;
    return shared;
  }
}
