import type { WordPiece } from '../../src/engine/embedding/word-piece.ts';
import type { Random } from './random.ts';

const FIRST_NAMES =
  'anna ben carol david emma frank grace henry jack kate laura mark nina oscar paul rachel sam tom lucy james mary john sarah peter susan robert linda michael karen steve';
/** Of the texts that get a speaker, the share whose queries name them. */
const NAMED_QUERIES = 0.7;
const NONE: readonly number[] = [];

/** Tokens that go before a batch's queries and texts. */
export interface Prefixes {
  readonly query: (place: number) => readonly number[];
  readonly text: (place: number) => readonly number[];
}

/** Most tokens of a prefix. */
export const MAX_PREFIX = 2;

/** Makes some texts of every batch turns of a conversation between two people. */
export class Speakers {
  readonly #names: readonly number[];
  readonly #colon: number;

  /** Uses those of the names that are one token each. */
  constructor(wordPiece: WordPiece) {
    this.#names = FIRST_NAMES.split(' ').flatMap((name) => {
      const ids = [...wordPiece.encode(name)];
      return ids.length === 1 && ids[0] !== wordPiece.unknownId ? ids : [];
    });
    this.#colon = wordPiece.encode(':')[0] ?? wordPiece.unknownId;
  }

  /** For one batch of `size` pairs, of which `share` get a speaker. */
  draw(size: number, share: number, random: Random): Prefixes {
    if (share === 0 || this.#names.length < 2) return { query: () => NONE, text: () => NONE };
    const first = random.integer(this.#names.length);
    const second = (first + 1 + random.integer(this.#names.length - 1)) % this.#names.length;
    const speakers = [first, second].map((index) => this.#names[index]!);
    const queries: (readonly number[])[] = [];
    const texts: (readonly number[])[] = [];
    for (let place = 0; place < size; place++) {
      const speaker = speakers[random.integer(2)]!;
      const isSpoken = random.uniform() < share;
      const isNamed = random.uniform() < NAMED_QUERIES;
      texts.push(isSpoken ? [speaker, this.#colon] : NONE);
      queries.push(isSpoken && isNamed ? [speaker] : NONE);
    }
    return { query: (place) => queries[place] ?? NONE, text: (place) => texts[place] ?? NONE };
  }
}
