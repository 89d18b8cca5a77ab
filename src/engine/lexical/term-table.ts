import { hashTerm } from './sketch.ts';
import { stemOfKey } from './term-key.ts';

/** Numbers of one term in `columns`, side by side because they are needed together. */
export const TERM_COLUMNS = 4;
/** The chunk that held it last, as numbered through all builds; its latest posting; its postings; its hash for sketches. */
export const LATEST_CHUNK = 0;
export const LATEST_POSTING = 1;
export const POSTING_COUNT = 2;
export const SKETCH_HASH = 3;

/** Keys of terms by number. They stay from one build to the next, since texts of one library use the same words. */
export class TermTable {
  /** `TERM_COLUMNS` for each term. */
  columns = new Int32Array(1024 * TERM_COLUMNS);
  /** The keys in UTF-8, one after another; key `n` lies from `starts[n]` to `starts[n + 1]`. */
  bytes = new Uint8Array(16_384);
  starts = new Uint32Array(1025);
  /** Bytes of a key's stem. */
  stemLengths = new Uint16Array(1024);
  readonly #numbers = new Map<string, number>();
  readonly #encoder = new TextEncoder();

  get size(): number {
    return this.#numbers.size;
  }

  numberOf(key: string): number {
    const known = this.#numbers.get(key);
    if (known !== undefined) return known;
    const number = this.#numbers.size;
    if (number === this.stemLengths.length) this.#grow(number * 2);
    const start = this.starts[number] ?? 0;
    // A UTF-16 code unit takes three bytes at most.
    if (start + key.length * 3 > this.bytes.length) {
      const bytes = new Uint8Array(this.bytes.length * 2 + key.length * 3);
      bytes.set(this.bytes);
      this.bytes = bytes;
    }
    const stem = stemOfKey(key);
    this.starts[number + 1] = start + this.#encoder.encodeInto(key, this.bytes.subarray(start)).written;
    this.stemLengths[number] = stem.length === key.length ? this.#lengthOf(number) : this.#encoder.encode(stem).length;
    this.columns[number * TERM_COLUMNS + LATEST_CHUNK] = -1;
    this.columns[number * TERM_COLUMNS + SKETCH_HASH] = hashTerm(stem);
    this.#numbers.set(key, number);
    return number;
  }

  /** Whether two terms are forms of one stem. */
  isSameStem(left: number, right: number): boolean {
    const length = this.stemLengths[left] ?? 0;
    if (length !== this.stemLengths[right]) return false;
    const { bytes } = this;
    const a = this.starts[left] ?? 0;
    const b = this.starts[right] ?? 0;
    for (let i = 0; i < length; i++) if (bytes[a + i] !== bytes[b + i]) return false;
    return true;
  }

  #lengthOf(number: number): number {
    return (this.starts[number + 1] ?? 0) - (this.starts[number] ?? 0);
  }

  #grow(size: number): void {
    const columns = new Int32Array(size * TERM_COLUMNS);
    columns.set(this.columns);
    this.columns = columns;
    const starts = new Uint32Array(size + 1);
    starts.set(this.starts);
    this.starts = starts;
    const stemLengths = new Uint16Array(size);
    stemLengths.set(this.stemLengths);
    this.stemLengths = stemLengths;
  }
}
