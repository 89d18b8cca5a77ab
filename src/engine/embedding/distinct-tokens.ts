import type { PassageTokens } from '../../domain/passage-vectors.ts';

/** Kinds of tokens kept of one text, the first that come; texts of more are whole books. */
export const MOST_DISTINCT_TOKENS = 1024;

/** Collects which tokens stand in each of some texts, those without a weight left out. */
export class DistinctTokens {
  readonly #weights: Int16Array;
  /** By token: the number of the text it was last seen in, from 1. */
  readonly #seenIn: Uint32Array;
  readonly #counts: number[] = [];
  readonly #found = new Uint16Array(MOST_DISTINCT_TOKENS);
  #ids = new Uint16Array(4096);
  #length = 0;

  /** `weights`: by token; 0 for those that carry no meaning. At most 65,536. */
  constructor(weights: Int16Array) {
    this.#weights = weights;
    this.#seenIn = new Uint32Array(weights.length);
  }

  /** The next text, as the tokens it is made of. */
  add(tokens: Int32Array): void {
    const text = this.#counts.length + 1;
    let count = 0;
    for (let i = 0; i < tokens.length && count < MOST_DISTINCT_TOKENS; i++) {
      const id = tokens[i]!;
      if (this.#seenIn[id] === text || this.#weights[id] === 0) continue;
      this.#seenIn[id] = text;
      this.#found[count++] = id;
    }
    if (this.#length + count > this.#ids.length) {
      const larger = new Uint16Array(2 * this.#ids.length + count);
      larger.set(this.#ids.subarray(0, this.#length));
      this.#ids = larger;
    }
    this.#ids.set(this.#found.subarray(0, count).sort(), this.#length);
    this.#length += count;
    this.#counts.push(count);
  }

  /** Those of all texts so far. */
  take(): PassageTokens & { readonly ids: Uint16Array<ArrayBuffer>; readonly counts: Uint16Array<ArrayBuffer> } {
    return { ids: this.#ids.slice(0, this.#length), counts: Uint16Array.from(this.#counts) };
  }
}
