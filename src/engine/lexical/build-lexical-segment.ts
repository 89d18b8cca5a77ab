import { analysisOf, type SpanAnalysis } from './analysis-cache.ts';
import { compareCodePoints } from './code-point-order.ts';
import { LanguageCount } from './languages.ts';
import {
  FIELD_COUNT,
  LEXICAL_FIELDS,
  type LexicalField,
  type LexicalSegment,
  MAX_BODY_LENGTH,
  MAX_SIDE_LENGTH,
} from './lexical-segment.ts';
import { BODY_FREQUENCY_LIMIT, SIDE_FREQUENCY_LIMIT } from './postings.ts';
import { SegmentWriter } from './segment-writer.ts';
import { hashTerm, SKETCH_BYTES, SketchBuilder } from './sketch.ts';
import { stemOfKey } from './term-key.ts';
import { forEachSpan } from './tokenize.ts';

const BEYOND_ASCII = /[^\x00-\x7f]/;

/** What is known of each term of a segment that is being built. */
class TermColumns {
  hashes = new Uint32Array(1024);
  /** Postings so far. */
  counts = new Uint32Array(1024);
  /** Its latest posting and that one's chunk: a repeat in the same chunk adds to it. */
  latestPlaces = new Uint32Array(1024);
  latestOrdinals = new Int32Array(1024);

  add(number: number, hash: number): void {
    if (number === this.hashes.length) {
      const size = number * 2;
      this.hashes = widened(new Uint32Array(size), this.hashes);
      this.counts = widened(new Uint32Array(size), this.counts);
      this.latestPlaces = widened(new Uint32Array(size), this.latestPlaces);
      this.latestOrdinals = widened(new Int32Array(size), this.latestOrdinals);
    }
    this.hashes[number] = hash;
    this.latestOrdinals[number] = -1;
  }
}

/** Growing posting lists in order of chunk, before they are sorted by term. */
class PostingColumns {
  terms = new Uint32Array(4096);
  ordinals = new Uint32Array(4096);
  /** Occurrences in the body, and from bit 8 on those in the other fields, packed. */
  frequencies = new Uint16Array(4096);
  length = 0;

  push(term: number, ordinal: number): number {
    if (this.length === this.terms.length) {
      const size = this.length * 2;
      this.terms = widened(new Uint32Array(size), this.terms);
      this.ordinals = widened(new Uint32Array(size), this.ordinals);
      this.frequencies = widened(new Uint16Array(size), this.frequencies);
    }
    this.terms[this.length] = term;
    this.ordinals[this.length] = ordinal;
    return this.length++;
  }
}

function widened<T extends Uint32Array | Int32Array | Uint16Array>(target: T, source: T): T {
  target.set(source);
  return target;
}

let builds = 0;

class SegmentBuilder {
  readonly #build = ++builds;
  readonly #numberByKey = new Map<string, number>();
  readonly #terms = new TermColumns();
  readonly #postings = new PostingColumns();
  readonly #sketch = new SketchBuilder();
  readonly #languageCount = new LanguageCount();
  readonly #fieldLengths: Uint16Array;
  readonly #sketches: Uint8Array;
  readonly #chunkCount: number;
  // What the field at hand consists of.
  readonly #spans: SpanAnalysis[] = [];
  readonly #grams: string[] = [];
  #spanCount = 0;
  #gramCount = 0;
  #languageMask = 0;

  constructor(chunkCount: number) {
    this.#chunkCount = chunkCount;
    this.#fieldLengths = new Uint16Array(chunkCount * FIELD_COUNT);
    this.#sketches = new Uint8Array(chunkCount * SKETCH_BYTES);
  }

  addChunk(chunk: Readonly<Record<LexicalField, string>>, ordinal: number): void {
    let language = 0;
    LEXICAL_FIELDS.forEach((field, fieldNumber) => {
      this.#cut(chunk[field]);
      if (fieldNumber === 0) {
        for (let i = 0; i < this.#spanCount; i++) {
          const mask = this.#spans[i]?.languageMask ?? 0;
          if (mask !== 0) this.#languageCount.add(mask);
        }
        language = this.#languageCount.finish();
        this.#languageMask |= 1 << language;
      }
      let length = this.#gramCount;
      for (let i = 0; i < this.#gramCount; i++) this.#count(this.#numberOf(this.#grams[i] ?? ''), ordinal, fieldNumber);
      for (let i = 0; i < this.#spanCount; i++) {
        const span = this.#spans[i];
        if (span === undefined) continue;
        const numbers = this.#numbersOf(span, language);
        length += numbers.length;
        for (const number of numbers) this.#count(number, ordinal, fieldNumber);
      }
      this.#fieldLengths[ordinal * FIELD_COUNT + fieldNumber] = Math.min(
        length,
        fieldNumber === 0 ? MAX_BODY_LENGTH : MAX_SIDE_LENGTH,
      );
    });
    this.#sketch.finish(this.#sketches, ordinal * SKETCH_BYTES);
  }

  finish(): LexicalSegment {
    return {
      chunkCount: this.#chunkCount,
      languageMask: this.#languageMask,
      fieldLengths: this.#fieldLengths,
      sketches: this.#sketches,
      ...this.#writeTerms(),
    };
  }

  #cut(text: string): void {
    this.#spanCount = 0;
    this.#gramCount = 0;
    if (text === '') return;
    const source = BEYOND_ASCII.test(text) ? text.normalize('NFKC') : text;
    forEachSpan(
      source,
      (start, end) => {
        this.#spans[this.#spanCount++] = analysisOf(source, start, end);
      },
      (gram) => {
        this.#grams[this.#gramCount++] = gram;
      },
    );
  }

  #numbersOf(span: SpanAnalysis, language: number): readonly number[] {
    if (span.build !== this.#build) {
      span.build = this.#build;
      span.numbers = [];
    }
    const known = span.numbers[language];
    if (known !== undefined) return known;
    const numbers = span.keys(language).map((key) => this.#numberOf(key));
    span.numbers[language] = numbers;
    return numbers;
  }

  #numberOf(key: string): number {
    const known = this.#numberByKey.get(key);
    if (known !== undefined) return known;
    const number = this.#numberByKey.size;
    this.#numberByKey.set(key, number);
    this.#terms.add(number, hashTerm(stemOfKey(key)));
    return number;
  }

  #count(number: number, ordinal: number, fieldNumber: number): void {
    const terms = this.#terms;
    if (terms.latestOrdinals[number] !== ordinal) {
      const at = this.#postings.push(number, ordinal);
      terms.latestOrdinals[number] = ordinal;
      terms.latestPlaces[number] = at;
      terms.counts[number] = (terms.counts[number] ?? 0) + 1;
      this.#sketch.add(terms.hashes[number] ?? 0);
      this.#postings.frequencies[at] = fieldNumber === 0 ? 1 : 1 << (8 + 2 * (fieldNumber - 1));
      return;
    }
    const { frequencies } = this.#postings;
    const at = terms.latestPlaces[number] ?? 0;
    const packed = frequencies[at] ?? 0;
    if (fieldNumber === 0) {
      if ((packed & 0xff) < BODY_FREQUENCY_LIMIT) frequencies[at] = packed + 1;
    } else {
      const shift = 8 + 2 * (fieldNumber - 1);
      if (((packed >> shift) & SIDE_FREQUENCY_LIMIT) < SIDE_FREQUENCY_LIMIT) frequencies[at] = packed + (1 << shift);
    }
  }

  #writeTerms(): ReturnType<SegmentWriter['finish']> {
    const { terms, ordinals, frequencies, length } = this.#postings;
    const keys = [...this.#numberByKey.keys()].sort(compareCodePoints);
    // Postings by term, by counting; a term's stay in order of chunk.
    const starts = new Uint32Array(keys.length + 1);
    for (let n = 0; n < keys.length; n++) starts[n + 1] = (starts[n] ?? 0) + (this.#terms.counts[n] ?? 0);
    const next = starts.slice(0, keys.length);
    const sortedOrdinals = new Uint32Array(length);
    const sortedFrequencies = new Uint16Array(length);
    for (let at = 0; at < length; at++) {
      const number = terms[at] ?? 0;
      const target = next[number] ?? 0;
      next[number] = target + 1;
      sortedOrdinals[target] = ordinals[at] ?? 0;
      sortedFrequencies[target] = frequencies[at] ?? 0;
    }
    const writer = new SegmentWriter(this.#chunkCount);
    for (const key of keys) {
      const number = this.#numberByKey.get(key) ?? 0;
      writer.beginTerm(key);
      for (let i = starts[number] ?? 0; i < (starts[number + 1] ?? 0); i++) {
        const packed = sortedFrequencies[i] ?? 0;
        writer.add(sortedOrdinals[i] ?? 0, packed & 0xff, packed >> 8);
      }
      writer.endTerm(key);
    }
    return writer.finish();
  }
}

/**
 * Builds the inverted index of some chunks; ordinals are their places in the array. Any text is accepted. The language
 * of a chunk is told from the function words of its body.
 */
export function buildLexicalSegment(chunks: readonly Readonly<Record<LexicalField, string>>[]): LexicalSegment {
  const builder = new SegmentBuilder(chunks.length);
  chunks.forEach((chunk, ordinal) => {
    builder.addChunk(chunk, ordinal);
  });
  return builder.finish();
}
