import type { PassageTokens } from '../../src/domain/passage-vectors.ts';

/** The tokens of a segment's chunks, by ordinal. */
export class TokenLists {
  readonly #ids: Uint16Array;
  readonly #starts: Uint32Array;

  private constructor({ ids, counts }: PassageTokens) {
    this.#ids = ids;
    this.#starts = new Uint32Array(counts.length + 1);
    let end = 0;
    for (const [ordinal, count] of counts.entries()) this.#starts[ordinal + 1] = end += count;
  }

  static of(tokens: PassageTokens | undefined): TokenLists | undefined {
    return tokens && new TokenLists(tokens);
  }

  get memoryBytes(): number {
    return this.#ids.byteLength + this.#starts.byteLength;
  }

  /** A view. */
  at(ordinal: number): Uint16Array {
    return this.#ids.subarray(this.#starts[ordinal], this.#starts[ordinal + 1]);
  }
}
