/**
 * What a chunk is about in 64 bytes, for telling near-duplicates and likeness of chunks without their texts:
 * one-permutation MinHash (Li, Owen, Zhang, "One permutation hashing", NIPS 2012), a byte of the smallest
 * hash in each of 64 bins (b-bit minwise hashing: Li, König, "b-bit minwise hashing", WWW 2010). 0 = bin empty.
 */
export const SKETCH_BYTES = 64;
const BIN_MASK = SKETCH_BYTES - 1;
/** Two unrelated smallest hashes agree in their byte with this probability. */
const CHANCE_AGREEMENT = 1 / 255;

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
  readonly #smallest = new Uint32Array(SKETCH_BYTES);

  constructor() {
    this.#smallest.fill(0xffffffff);
  }

  add(termHash: number): void {
    const bin = termHash & BIN_MASK;
    const value = termHash >>> 6;
    if (value < (this.#smallest[bin] ?? 0)) this.#smallest[bin] = value;
  }

  /** Writes the sketch at `offset` and starts anew. */
  finish(target: Uint8Array, offset: number): void {
    for (let bin = 0; bin < SKETCH_BYTES; bin++) {
      const value = this.#smallest[bin] ?? 0;
      target[offset + bin] = value === 0xffffffff ? 0 : (value % 255) + 1;
    }
    this.#smallest.fill(0xffffffff);
  }
}

/** Estimated share of terms in common (Jaccard) of two sketches, in [0, 1]; 0 where either is empty. */
export function sketchSimilarity(left: Uint8Array, leftOffset: number, right: Uint8Array, rightOffset: number): number {
  let filled = 0;
  let equal = 0;
  for (let bin = 0; bin < SKETCH_BYTES; bin++) {
    const a = left[leftOffset + bin] ?? 0;
    const b = right[rightOffset + bin] ?? 0;
    if (a === 0 && b === 0) continue;
    filled++;
    if (a === b) equal++;
  }
  if (filled === 0) return 0;
  return Math.max(0, (equal / filled - CHANCE_AGREEMENT) / (1 - CHANCE_AGREEMENT));
}
