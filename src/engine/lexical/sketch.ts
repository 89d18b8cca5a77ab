/**
 * What a chunk is about in 32 bytes, for telling near-duplicates and likeness of chunks without their texts:
 * one-permutation MinHash (Li, Owen, Zhang, "One permutation hashing", NIPS 2012), four bits of the smallest
 * hash in each of 64 bins (b-bit minwise hashing: Li, König, "b-bit minwise hashing", WWW 2010). 0 = bin empty.
 */
const BINS = 64;
/** In a bin without terms; what is kept of a hash is 26 bits. */
const EMPTY = 0x7fffffff;
export const SKETCH_BYTES = BINS / 2;
/** Two unrelated smallest hashes agree in their four bits with this probability. */
const CHANCE_AGREEMENT = 1 / 15;

/** 32-bit FNV-1a over UTF-16 code units, then the finishing mix of MurmurHash3 (Appleby) so that every bit counts. */
export function hashTerm(term: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < term.length; i++) hash = Math.imul(hash ^ term.charCodeAt(i), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}

/** Gathers the distinct terms of one chunk after another. */
export class SketchBuilder {
  readonly #smallest = new Int32Array(BINS).fill(EMPTY);

  add(termHash: number): void {
    const bin = termHash & (BINS - 1);
    const value = termHash >>> 6;
    if (value < (this.#smallest[bin] ?? 0)) this.#smallest[bin] = value;
  }

  /** Writes the sketch at `offset` and starts anew. */
  finish(target: Uint8Array, offset: number): void {
    for (let at = 0; at < SKETCH_BYTES; at++) {
      target[offset + at] = fourBits(this.#smallest[2 * at] ?? 0) | (fourBits(this.#smallest[2 * at + 1] ?? 0) << 4);
    }
    this.#smallest.fill(EMPTY);
  }
}

function fourBits(smallest: number): number {
  return smallest === EMPTY ? 0 : (smallest % 15) + 1;
}

/** Estimated share of terms in common (Jaccard) of two sketches, in [0, 1]; 0 where either is empty. */
export function sketchSimilarity(left: Uint8Array, leftOffset: number, right: Uint8Array, rightOffset: number): number {
  let filled = 0;
  let equal = 0;
  for (let bin = 0; bin < BINS; bin++) {
    const shift = 4 * (bin & 1);
    const a = ((left[leftOffset + (bin >> 1)] ?? 0) >> shift) & 15;
    const b = ((right[rightOffset + (bin >> 1)] ?? 0) >> shift) & 15;
    if (a === 0 && b === 0) continue;
    filled++;
    if (a === b) equal++;
  }
  if (filled === 0) return 0;
  return Math.max(0, (equal / filled - CHANCE_AGREEMENT) / (1 - CHANCE_AGREEMENT));
}
