import { concatBytes } from '../../platform/crypto/bytes.ts';

/** Takes bytes off the front of a stream, so many at a time; `rest` is what comes after them. */
export class ByteReader {
  readonly #source: AsyncIterator<Uint8Array>;
  readonly #onShort: () => Error;
  #waiting: Uint8Array = new Uint8Array(0);

  /** `onShort` gives the error for a stream that ends too soon. */
  constructor(source: AsyncIterable<Uint8Array>, onShort: () => Error) {
    this.#source = source[Symbol.asyncIterator]();
    this.#onShort = onShort;
  }

  /** The next `length` bytes, in memory of their own. */
  readonly take = async (length: number): Promise<Uint8Array> => {
    if (this.#waiting.length < length) {
      const parts = [this.#waiting];
      let have = this.#waiting.length;
      while (have < length) {
        const next = await this.#source.next();
        if (next.done === true) throw this.#onShort();
        parts.push(next.value);
        have += next.value.length;
      }
      this.#waiting = concatBytes(parts);
    }
    const taken = this.#waiting.slice(0, length);
    this.#waiting = this.#waiting.subarray(length);
    return taken;
  };

  /** What is left, to the end of the stream. */
  async *rest(): AsyncGenerator<Uint8Array, void, undefined> {
    if (this.#waiting.length > 0) yield this.#waiting;
    this.#waiting = new Uint8Array(0);
    for (let next = await this.#source.next(); next.done !== true; next = await this.#source.next()) yield next.value;
  }
}
