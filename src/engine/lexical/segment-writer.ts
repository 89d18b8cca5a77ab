import { prefixWord } from './dictionary-reader.ts';
import { type LexicalSegment, TERMS_PER_BLOCK } from './lexical-segment.ts';
import { PostingWriter } from './postings.ts';
import { stemOfKey } from './term-key.ts';
import { ByteWriter } from './varint.ts';

type TermTables = Omit<LexicalSegment, 'chunkCount' | 'languageMask' | 'fieldLengths' | 'sketches'>;

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
  #previousKey: Uint8Array = new Uint8Array(0);
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
      const isFirstOfBlock = this.#termCount % TERMS_PER_BLOCK === 0;
      if (isFirstOfBlock) {
        this.#blockKeys.push(prefixWord(bytes, 0, bytes.length));
        this.#blockTerms.push(this.#dictionary.length);
        this.#blockPostings.push(this.#postingsBefore);
        this.#blockSignposts.push(this.#signpostsBefore);
      }
      const shared = isFirstOfBlock ? 0 : sharedLength(this.#previousKey, bytes);
      const isShared = index === 0 && this.#forms.length > 1;
      this.#dictionary.varint(shared);
      this.#dictionary.varint(bytes.length - shared);
      this.#dictionary.append(bytes.subarray(shared));
      this.#dictionary.varint(count * 2 + (isShared ? 1 : 0));
      if (isShared) this.#dictionary.varint(this.#groupChunks);
      this.#dictionary.varint(length);
      this.#previousKey = bytes;
      this.#termCount++;
      this.#postingsBefore += length;
      this.#signpostsBefore = signposts;
    });
    this.#forms = [];
  }
}

function sharedLength(left: Uint8Array, right: Uint8Array): number {
  const most = Math.min(left.length, right.length);
  let shared = 0;
  while (shared < most && left[shared] === right[shared]) shared++;
  return shared;
}
