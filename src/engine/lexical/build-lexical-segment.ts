import { analysisOf, type SpanAnalysis } from './analysis-cache.ts';
import { compareCodePoints } from './code-point-order.ts';
import { LanguageCount } from './languages.ts';
import { FIELD_COUNT, LEXICAL_FIELDS, type LexicalField, type LexicalSegment } from './lexical-segment.ts';
import { BODY_FREQUENCY_LIMIT, SIDE_FREQUENCY_LIMIT } from './postings.ts';
import { SegmentWriter } from './segment-writer.ts';
import { hashTerm, SKETCH_BYTES, SketchBuilder } from './sketch.ts';
import { stemOfKey } from './term-key.ts';
import { forEachSpan } from './tokenize.ts';

const MAX_FIELD_LENGTH = 0xffff;
const BEYOND_ASCII = /[^\x00-\x7f]/;

/** Growing posting lists in order of chunk, before they are sorted by term. */
class PostingBuffer {
  terms = new Uint32Array(4096);
  ordinals = new Uint32Array(4096);
  body = new Uint8Array(4096);
  side = new Uint8Array(4096);
  length = 0;

  push(term: number, ordinal: number): number {
    if (this.length === this.terms.length) this.#grow();
    this.terms[this.length] = term;
    this.ordinals[this.length] = ordinal;
    return this.length++;
  }

  #grow(): void {
    const size = this.length * 2;
    const widened = <T extends Uint32Array | Uint8Array>(target: T, source: T): T => {
      target.set(source);
      return target;
    };
    this.terms = widened(new Uint32Array(size), this.terms);
    this.ordinals = widened(new Uint32Array(size), this.ordinals);
    this.body = widened(new Uint8Array(size), this.body);
    this.side = widened(new Uint8Array(size), this.side);
  }
}

let builds = 0;

class SegmentBuilder {
  readonly #build = ++builds;
  readonly #numberByKey = new Map<string, number>();
  readonly #hashes: number[] = [];
  /** For each term, its latest posting: a repeat in the same chunk adds to it. */
  readonly #latestPosting: number[] = [];
  readonly #postings = new PostingBuffer();
  readonly #sketch = new SketchBuilder();
  readonly #languageCount = new LanguageCount();
  readonly #fieldLengths: Uint16Array;
  readonly #sketches: Uint8Array;
  readonly #chunkCount: number;
  // What the field at hand consists of.
  #spans: SpanAnalysis[] = [];
  #grams: string[] = [];
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
        for (const { languageMask } of this.#spans) if (languageMask !== 0) this.#languageCount.add(languageMask);
        language = this.#languageCount.finish();
        this.#languageMask |= 1 << language;
      }
      let length = this.#grams.length;
      for (const gram of this.#grams) this.#count(this.#numberOf(gram), ordinal, fieldNumber);
      for (const span of this.#spans) {
        const numbers = this.#numbersOf(span, language);
        length += numbers.length;
        for (const number of numbers) this.#count(number, ordinal, fieldNumber);
      }
      this.#fieldLengths[ordinal * FIELD_COUNT + fieldNumber] = Math.min(length, MAX_FIELD_LENGTH);
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
    this.#spans = [];
    this.#grams = [];
    if (text === '') return;
    const source = BEYOND_ASCII.test(text) ? text.normalize('NFKC') : text;
    forEachSpan(
      source,
      (start, end) => {
        this.#spans.push(analysisOf(source.slice(start, end)));
      },
      (gram) => {
        this.#grams.push(gram);
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
    this.#hashes.push(hashTerm(stemOfKey(key)));
    this.#latestPosting.push(-1);
    return number;
  }

  #count(number: number, ordinal: number, fieldNumber: number): void {
    const { ordinals, body, side } = this.#postings;
    let at = this.#latestPosting[number] ?? -1;
    if (at < 0 || ordinals[at] !== ordinal) {
      at = this.#postings.push(number, ordinal);
      this.#latestPosting[number] = at;
      this.#sketch.add(this.#hashes[number] ?? 0);
      if (fieldNumber === 0) this.#postings.body[at] = 1;
      else this.#postings.side[at] = 1 << (2 * (fieldNumber - 1));
    } else if (fieldNumber === 0) {
      const count = body[at] ?? 0;
      if (count < BODY_FREQUENCY_LIMIT) body[at] = count + 1;
    } else {
      const shift = 2 * (fieldNumber - 1);
      const packed = side[at] ?? 0;
      if (((packed >> shift) & SIDE_FREQUENCY_LIMIT) < SIDE_FREQUENCY_LIMIT) side[at] = packed + (1 << shift);
    }
  }

  #writeTerms(): ReturnType<SegmentWriter['finish']> {
    const { terms, ordinals, body, side, length } = this.#postings;
    const keys = [...this.#numberByKey.keys()].sort(compareCodePoints);
    // Places of each term's postings, by counting: `starts[n]` is where term number `n` begins among `places`.
    const starts = new Uint32Array(keys.length + 1);
    for (let at = 0; at < length; at++) starts[(terms[at] ?? 0) + 1] = (starts[(terms[at] ?? 0) + 1] ?? 0) + 1;
    for (let n = 0; n < keys.length; n++) starts[n + 1] = (starts[n + 1] ?? 0) + (starts[n] ?? 0);
    const next = starts.slice(0, keys.length);
    const places = new Uint32Array(length);
    for (let at = 0; at < length; at++) {
      const number = terms[at] ?? 0;
      const target = next[number] ?? 0;
      next[number] = target + 1;
      places[target] = at;
    }
    const writer = new SegmentWriter(this.#chunkCount);
    for (const key of keys) {
      const number = this.#numberByKey.get(key) ?? 0;
      writer.beginTerm(key);
      for (let i = starts[number] ?? 0; i < (starts[number + 1] ?? 0); i++) {
        const at = places[i] ?? 0;
        writer.add(ordinals[at] ?? 0, body[at] ?? 0, side[at] ?? 0);
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
