import { compareCodePoints } from './code-point-order.ts';
import {
  BODY_FREQUENCY_LIMIT,
  FIELD_COUNT,
  LEXICAL_FIELDS,
  SIDE_FREQUENCY_LIMIT,
  type LexicalField,
  type LexicalSegment,
} from './lexical-segment.ts';
import { hashTerm, SKETCH_BYTES, SketchBuilder } from './sketch.ts';
import { tokenize } from './tokenize.ts';

const MAX_FIELD_LENGTH = 0xffff;

/** Growing posting lists in order of chunk, before they are sorted by term. */
class PostingBuffer {
  terms = new Uint32Array(1024);
  ordinals = new Uint32Array(1024);
  body = new Uint8Array(1024);
  side = new Uint8Array(1024);
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

/** Builds the inverted index of some chunks; ordinals are their places in the array. Any text is accepted. */
export function buildLexicalSegment(chunks: readonly Readonly<Record<LexicalField, string>>[]): LexicalSegment {
  const termNumbers = new Map<string, number>();
  const hashes: number[] = [];
  // For each term, its latest posting: a repeat in the same chunk adds to it.
  const latestPosting: number[] = [];
  const postings = new PostingBuffer();
  const fieldLengths = new Uint16Array(chunks.length * FIELD_COUNT);
  const sketches = new Uint8Array(chunks.length * SKETCH_BYTES);
  const sketch = new SketchBuilder();
  chunks.forEach((chunk, ordinal) => {
    LEXICAL_FIELDS.forEach((field, fieldNumber) => {
      let length = 0;
      const shift = 2 * (fieldNumber - 1);
      tokenize(chunk[field], (term) => {
        length++;
        let number = termNumbers.get(term);
        if (number === undefined) {
          number = termNumbers.size;
          termNumbers.set(term, number);
          hashes.push(hashTerm(term));
          latestPosting.push(-1);
        }
        let at = latestPosting[number] ?? -1;
        if (at < 0 || postings.ordinals[at] !== ordinal) {
          at = postings.push(number, ordinal);
          latestPosting[number] = at;
          sketch.add(hashes[number] ?? 0);
        }
        if (fieldNumber === 0) {
          const count = postings.body[at] ?? 0;
          if (count < BODY_FREQUENCY_LIMIT) postings.body[at] = count + 1;
        } else {
          const packed = postings.side[at] ?? 0;
          if (((packed >> shift) & SIDE_FREQUENCY_LIMIT) < SIDE_FREQUENCY_LIMIT)
            postings.side[at] = packed + (1 << shift);
        }
      });
      fieldLengths[ordinal * FIELD_COUNT + fieldNumber] = Math.min(length, MAX_FIELD_LENGTH);
    });
    sketch.finish(sketches, ordinal * SKETCH_BYTES);
  });
  return { chunkCount: chunks.length, fieldLengths, sketches, ...sortedByTerm(termNumbers, postings, chunks.length) };
}

type TermTables = Omit<LexicalSegment, 'chunkCount' | 'fieldLengths' | 'sketches'>;

function sortedByTerm(
  termNumbers: ReadonlyMap<string, number>,
  postings: PostingBuffer,
  chunkCount: number,
): TermTables {
  const terms = [...termNumbers.keys()].sort(compareCodePoints);
  const rankOf = new Uint32Array(terms.length);
  terms.forEach((term, rank) => {
    rankOf[termNumbers.get(term) ?? 0] = rank;
  });
  const postingStarts = new Uint32Array(terms.length + 1);
  for (let at = 0; at < postings.length; at++) {
    const rank = rankOf[postings.terms[at] ?? 0] ?? 0;
    postingStarts[rank + 1] = (postingStarts[rank + 1] ?? 0) + 1;
  }
  for (let rank = 0; rank < terms.length; rank++) {
    postingStarts[rank + 1] = (postingStarts[rank + 1] ?? 0) + (postingStarts[rank] ?? 0);
  }
  const next = postingStarts.slice(0, terms.length);
  const ordinals = chunkCount <= 0x10000 ? new Uint16Array(postings.length) : new Uint32Array(postings.length);
  const bodyFrequencies = new Uint8Array(postings.length);
  const sideFrequencies = new Uint8Array(postings.length);
  for (let at = 0; at < postings.length; at++) {
    const rank = rankOf[postings.terms[at] ?? 0] ?? 0;
    const target = next[rank] ?? 0;
    next[rank] = target + 1;
    ordinals[target] = postings.ordinals[at] ?? 0;
    bodyFrequencies[target] = postings.body[at] ?? 0;
    sideFrequencies[target] = postings.side[at] ?? 0;
  }
  return { termCount: terms.length, ...encodeTerms(terms), postingStarts, ordinals, bodyFrequencies, sideFrequencies };
}

function encodeTerms(terms: readonly string[]): { termBytes: Uint8Array; termStarts: Uint32Array } {
  const encoder = new TextEncoder();
  const termStarts = new Uint32Array(terms.length + 1);
  let capacity = 0;
  for (const term of terms) capacity += term.length * 3;
  const buffer = new Uint8Array(capacity);
  let at = 0;
  terms.forEach((term, rank) => {
    at += encoder.encodeInto(term, buffer.subarray(at)).written;
    termStarts[rank + 1] = at;
  });
  return { termBytes: buffer.slice(0, at), termStarts };
}
