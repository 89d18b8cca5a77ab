import { ZxcvbnFactory } from '@zxcvbn-ts/core';
import { adjacencyGraphs, dictionary as commonDictionary } from '@zxcvbn-ts/language-common';
import { dictionary as englishDictionary, translations } from '@zxcvbn-ts/language-en';

/**
 * How hard a passphrase is to guess, by zxcvbn, and one that is hard enough. The dictionaries weigh more than the
 * rest of the first screen: import this module dynamically, never statically.
 */
export interface PassphraseStrength {
  /** zxcvbn's 0 (guessed at once) to 4 (very hard). */
  readonly score: 0 | 1 | 2 | 3 | 4;
  readonly guessesLog10: number;
  /** Whether a vault may be locked with it: score 3 or more. */
  readonly isAcceptable: boolean;
  readonly warning?: string;
  readonly suggestions: readonly string[];
}

const LOWEST_ACCEPTED_SCORE = 3;
/** zxcvbn's time grows faster than the length, and what is this long is judged by its beginning. */
const MEASURED_LENGTH = 128;
const SUGGESTED_WORDS = 6;

/** EFF's large list of 7,776 words, made for passphrases: 12.9 bits a word. */
const WORDS: readonly string[] = commonDictionary['diceware-common'];

/** What `suggestPassphrase` draws from: six words of 7,776, 77.5 bits. */
export const SUGGESTED_ENTROPY_BITS = SUGGESTED_WORDS * Math.log2(WORDS.length);

let measure: ZxcvbnFactory | undefined;

/** Measures the first 128 characters; the first call builds the dictionaries' tables (some tens of milliseconds). */
export async function measurePassphrase(text: string): Promise<PassphraseStrength> {
  measure ??= new ZxcvbnFactory({
    dictionary: { ...commonDictionary, ...englishDictionary },
    graphs: adjacencyGraphs,
    translations,
  });
  const { score, guessesLog10, feedback } = measure.check(text.normalize('NFKC').slice(0, MEASURED_LENGTH));
  return {
    score,
    guessesLog10,
    isAcceptable: score >= LOWEST_ACCEPTED_SCORE,
    ...(feedback.warning === null ? {} : { warning: feedback.warning }),
    suggestions: feedback.suggestions,
  };
}

/** Six random words joined by spaces, each drawn evenly from the list: 77.5 bits. */
export function suggestPassphrase(): string {
  return Array.from({ length: SUGGESTED_WORDS }, () => WORDS[randomBelow(WORDS.length)]).join(' ');
}

/** An even draw from 0 to `limit` − 1: the uneven rest of the range is drawn again. */
function randomBelow(limit: number): number {
  const draw = new Uint32Array(1);
  const evenRange = Math.floor(2 ** 32 / limit) * limit;
  for (;;) {
    const [value = 0] = crypto.getRandomValues(draw);
    if (value < evenRange) return value % limit;
  }
}
