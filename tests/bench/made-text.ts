import { dictionary } from '@zxcvbn-ts/language-common';

/** A linear congruential generator (Knuth's constants as in Numerical Recipes): uniform in [0, 1). */
export function randomFrom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

/** EFF's list of 7,776 everyday words, shuffled once so that the frequent ones are of all lengths. */
const WORDS = shuffled(dictionary['diceware-common'], randomFrom(7));

function shuffled(words: readonly string[], random: () => number): string[] {
  const copy = [...words];
  for (let at = copy.length - 1; at > 0; at--) {
    const other = Math.floor(random() * (at + 1));
    [copy[at], copy[other]] = [copy[other]!, copy[at]!];
  }
  return copy;
}

/** What a made text can be about: see `wordsAbout`. */
export const TOPICS = 400;
const TOPIC_WORDS = 40;

/** Prose of real words without meaning: frequencies fall with the rank as in language, sentences are 8 to 20 words long. */
export class MadeText {
  readonly #random: () => number;

  constructor(seed: number) {
    this.#random = randomFrom(seed);
  }

  between(low: number, high: number): number {
    return low + Math.floor(this.#random() * (high - low + 1));
  }

  words(count: number): string {
    // The inverse of the continuous Zipf distribution with exponent 1: rank = N^u.
    return Array.from({ length: count }, () => WORDS[Math.floor(WORDS.length ** this.#random()) - 1]!).join(' ');
  }

  /** Words of which about half belong to one of `TOPICS` topics, as a text keeps to what it is about. */
  wordsAbout(topic: number, count: number): string {
    const first = (topic * TOPIC_WORDS * 7) % (WORDS.length - TOPIC_WORDS);
    return Array.from({ length: count }, () =>
      this.#random() < 0.5 ? WORDS[first + Math.floor(this.#random() * TOPIC_WORDS)]! : this.words(1),
    ).join(' ');
  }

  title(): string {
    return capitalised(this.words(this.between(2, 5)));
  }

  sentence(): string {
    return `${capitalised(this.words(this.between(8, 20)))}.`;
  }

  paragraph(): string {
    return Array.from({ length: this.between(3, 7) }, () => this.sentence()).join(' ');
  }
}

function capitalised(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
