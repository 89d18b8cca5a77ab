import { sortByKey } from './key-order.ts';
import { LanguageCount } from './languages.ts';
import {
  FIELD_COUNT,
  LEXICAL_FIELDS,
  type LexicalField,
  type LexicalSegment,
  MAX_BODY_LENGTH,
  MAX_SIDE_LENGTH,
  SIDE_FIELDS,
  withoutZeros,
} from './lexical-segment.ts';
import { BODY_FREQUENCY_LIMIT, SIDE_FREQUENCY_LIMIT } from './postings.ts';
import { SegmentWriter, type SortedPostings } from './segment-writer.ts';
import { SKETCH_BYTES, SketchBuilder } from './sketch.ts';
import { SpanTable } from './span-table.ts';
import { LATEST_CHUNK, LATEST_POSTING, POSTING_COUNT, SKETCH_HASH, TERM_COLUMNS } from './term-table.ts';

/**
 * What is remembered of the words of builds before: room for what a large library holds. More than this is forgotten after
 * a build, so that odd input cannot make it grow for ever.
 */
const MAX_SPANS = 250_000;
const MAX_TERMS = 250_000;
const MAX_CHARACTERS = 4_000_000;
/** Chunks are numbered through all builds: see `LATEST_CHUNK`. */
const MAX_CHUNKS = 2 ** 31;
let spans = new SpanTable();
let chunksBefore = 0;

/** Posting lists that grow in order of chunk, before they are sorted by term. */
class PostingColumns {
  terms: Uint32Array;
  ordinals: Uint32Array;
  /** Occurrences in the body, and from bit 8 on those in the other fields, packed. */
  frequencies: Uint16Array;
  length = 0;

  constructor(capacity: number) {
    this.terms = new Uint32Array(capacity);
    this.ordinals = new Uint32Array(capacity);
    this.frequencies = new Uint16Array(capacity);
  }

  push(term: number, ordinal: number, frequency: number): number {
    if (this.length === this.terms.length) this.#grow();
    const at = this.length++;
    this.terms[at] = term;
    this.ordinals[at] = ordinal;
    this.frequencies[at] = frequency;
    return at;
  }

  #grow(): void {
    const { terms, ordinals, frequencies, length } = this;
    const size = Math.ceil(length * 1.5) + 1;
    this.terms = new Uint32Array(size);
    this.terms.set(terms);
    this.ordinals = new Uint32Array(size);
    this.ordinals.set(ordinals);
    this.frequencies = new Uint16Array(size);
    this.frequencies.set(frequencies);
  }
}

class SegmentBuilder {
  readonly #spans = spans;
  readonly #firstChunk = chunksBefore;
  readonly #postings: PostingColumns;
  readonly #sketch = new SketchBuilder();
  readonly #languageCount = new LanguageCount();
  readonly #bodyLengths: Uint16Array;
  readonly #sideLengths: Uint8Array;
  readonly #sketches: Uint8Array;
  readonly #chunkCount: number;
  /** Numbers of the terms in this segment, in order of first use. */
  #used = new Uint32Array(1024);
  #usedCount = 0;
  #languageMask = 0;

  /** `expectedPostings`: about how many there will be. */
  constructor(chunkCount: number, expectedPostings: number) {
    this.#chunkCount = chunkCount;
    this.#postings = new PostingColumns(expectedPostings);
    this.#bodyLengths = new Uint16Array(chunkCount);
    this.#sideLengths = new Uint8Array(chunkCount * SIDE_FIELDS);
    this.#sketches = new Uint8Array(chunkCount * SKETCH_BYTES);
  }

  addChunk(chunk: Readonly<Record<LexicalField, string>>, ordinal: number): void {
    const table = this.#spans;
    let language = 0;
    for (let field = 0; field < FIELD_COUNT; field++) {
      const text = chunk[LEXICAL_FIELDS[field] ?? 'body'];
      if (text === '' && field > 0) continue;
      table.cut(text);
      if (field === 0) {
        language = this.#languageOf(table);
        this.#languageMask |= 1 << language;
      }
      const length = this.#countTerms(table, language, ordinal, field);
      if (field === 0) this.#bodyLengths[ordinal] = Math.min(length, MAX_BODY_LENGTH);
      else this.#sideLengths[ordinal * SIDE_FIELDS + field - 1] = Math.min(length, MAX_SIDE_LENGTH);
    }
    this.#sketch.finish(this.#sketches, ordinal * SKETCH_BYTES);
  }

  finish(): LexicalSegment {
    return {
      chunkCount: this.#chunkCount,
      languageMask: this.#languageMask,
      bodyLengths: this.#bodyLengths,
      sideLengths: withoutZeros(this.#sideLengths),
      sketches: this.#sketches,
      ...this.#writeTerms(),
    };
  }

  #languageOf({ found, foundCount, languageMasks }: SpanTable): number {
    for (let i = 0; i < foundCount; i++) {
      const mask = languageMasks[found[i] ?? 0] ?? 0;
      if (mask !== 0) this.#languageCount.add(mask);
    }
    return this.#languageCount.finish();
  }

  /** Counts what was cut from a field and returns how many terms that is. */
  #countTerms(table: SpanTable, language: number, ordinal: number, field: number): number {
    const { found, foundCount, grams, gramCount } = table;
    for (let i = 0; i < gramCount; i++) this.#count(grams[i] ?? 0, ordinal, field);
    let length = gramCount + foundCount;
    const known = table.known(language);
    for (let i = 0; i < foundCount; i++) {
      const span = found[i] ?? 0;
      let coded = known[span] ?? 0;
      if (coded === 0) coded = table.analyse(span, language);
      if (coded > 0) {
        this.#count(coded - 1, ordinal, field);
        continue;
      }
      const numbers = table.listOf(coded);
      length += numbers.length - 1;
      for (const number of numbers) this.#count(number, ordinal, field);
    }
    return length;
  }

  #count(number: number, ordinal: number, field: number): void {
    const { columns } = this.#spans.terms;
    const at = number * TERM_COLUMNS;
    const latest = columns[at + LATEST_CHUNK] ?? 0;
    const chunk = this.#firstChunk + ordinal;
    const one = field === 0 ? 1 : 1 << (6 + 2 * field);
    if (latest !== chunk) {
      if (latest < this.#firstChunk) {
        columns[at + POSTING_COUNT] = 0;
        this.#use(number);
      }
      columns[at + LATEST_CHUNK] = chunk;
      columns[at + LATEST_POSTING] = this.#postings.push(number, ordinal, one);
      columns[at + POSTING_COUNT] = (columns[at + POSTING_COUNT] ?? 0) + 1;
      this.#sketch.add(columns[at + SKETCH_HASH] ?? 0);
      return;
    }
    const { frequencies } = this.#postings;
    const posting = columns[at + LATEST_POSTING] ?? 0;
    const packed = frequencies[posting] ?? 0;
    const isFull =
      field === 0
        ? (packed & 0xff) === BODY_FREQUENCY_LIMIT
        : ((packed >> (6 + 2 * field)) & SIDE_FREQUENCY_LIMIT) === SIDE_FREQUENCY_LIMIT;
    if (!isFull) frequencies[posting] = packed + one;
  }

  #use(number: number): void {
    if (this.#usedCount === this.#used.length) {
      const wider = new Uint32Array(this.#usedCount * 2);
      wider.set(this.#used);
      this.#used = wider;
    }
    this.#used[this.#usedCount++] = number;
  }

  #writeTerms(): ReturnType<SegmentWriter['finish']> {
    const { terms } = this.#spans;
    const numbers = this.#used.slice(0, this.#usedCount);
    sortByKey(numbers, terms);
    const postings = this.#sortPostings(numbers);
    const writer = new SegmentWriter(this.#chunkCount);
    for (let first = 0; first < numbers.length;) {
      const number = numbers[first] ?? 0;
      let end = first + 1;
      while (end < numbers.length && terms.isSameStem(number, numbers[end] ?? 0)) end++;
      writer.writeForms(terms, numbers, first, end, postings);
      first = end;
    }
    return writer.finish();
  }

  /** By term, by counting; a term's stay in order of chunk. */
  #sortPostings(numbers: Uint32Array): SortedPostings {
    const { columns } = this.#spans.terms;
    const { terms, ordinals, frequencies, length } = this.#postings;
    const starts = new Uint32Array(numbers.length + 1);
    for (let n = 0; n < numbers.length; n++) {
      const at = (numbers[n] ?? 0) * TERM_COLUMNS;
      starts[n + 1] = (starts[n] ?? 0) + (columns[at + POSTING_COUNT] ?? 0);
      columns[at + LATEST_POSTING] = starts[n] ?? 0;
    }
    const sorted = { starts, ordinals: new Uint32Array(length), frequencies: new Uint16Array(length) };
    for (let i = 0; i < length; i++) {
      const at = (terms[i] ?? 0) * TERM_COLUMNS + LATEST_POSTING;
      const target = columns[at] ?? 0;
      columns[at] = target + 1;
      sorted.ordinals[target] = ordinals[i] ?? 0;
      sorted.frequencies[target] = frequencies[i] ?? 0;
    }
    return sorted;
  }
}

/** Characters of text for each posting, on average: an estimate that saves making the columns longer again and again. */
const CHARACTERS_PER_POSTING = 8;

/**
 * Builds the inverted index of some chunks; ordinals are their places in the array. Any text is accepted. The language
 * of a chunk is told from the function words of its body.
 */
export function buildLexicalSegment(chunks: readonly Readonly<Record<LexicalField, string>>[]): LexicalSegment {
  if (chunksBefore + chunks.length >= MAX_CHUNKS) forgetWords();
  let characters = 0;
  for (const chunk of chunks) characters += chunk.body.length + chunk.title.length + chunk.headings.length;
  const builder = new SegmentBuilder(chunks.length, 64 + Math.ceil(characters / CHARACTERS_PER_POSTING));
  chunksBefore += chunks.length;
  for (let ordinal = 0; ordinal < chunks.length; ordinal++) {
    const chunk = chunks[ordinal];
    if (chunk !== undefined) builder.addChunk(chunk, ordinal);
  }
  const segment = builder.finish();
  if (spans.size > MAX_SPANS || spans.terms.size > MAX_TERMS || spans.characterCount > MAX_CHARACTERS) forgetWords();
  return segment;
}

/** Lets go of what is remembered of words from one build to the next: some ten MB. The next build starts anew. */
export function forgetWords(): void {
  spans = new SpanTable();
  chunksBefore = 0;
}
