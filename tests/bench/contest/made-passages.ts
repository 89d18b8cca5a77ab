import { randomFrom } from '../made-text.ts';

const SYLLABLES = [
  'ka',
  'lo',
  'mi',
  'ter',
  'sun',
  'ver',
  'dro',
  'pel',
  'ga',
  'rin',
  'sto',
  'fen',
  'bal',
  'qui',
  'zar',
  'ne',
];
const VOCABULARY = 60_000;
const TOPICS = 300;
const TOPIC_WORDS = 400;
const TOPICAL_SHARE = 0.35;
const LENGTH = 390;
const SENTENCE_WORDS = 14;

/**
 * Passages of about 390 characters of made words: how often a word comes falls with its rank as in language (Zipf's
 * law), and a third of a passage's words are from the vocabulary of its topic. The same count gives the same passages.
 */
export function makePassages(count: number): string[] {
  const random = randomFrom(20261121);
  // The inverse of the continuous Zipf distribution with exponent 1: rank = N^u.
  const rankOf = (size: number): number => Math.floor(size ** random()) - 1;
  const words = Array.from({ length: VOCABULARY }, (_, rank) => wordOf(rank));
  const topics = Array.from({ length: TOPICS }, () =>
    Array.from({ length: TOPIC_WORDS }, () => words[Math.floor(VOCABULARY * random())]!),
  );
  return Array.from({ length: count }, () => {
    const topic = topics[Math.floor(TOPICS * random())]!;
    const length = LENGTH * (0.5 + random());
    let text = '';
    for (let at = 0; text.length < length; at++) {
      const word = random() < TOPICAL_SHARE ? topic[rankOf(TOPIC_WORDS)]! : words[rankOf(VOCABULARY)]!;
      const isFirst = at % SENTENCE_WORDS === 0;
      text += isFirst ? `${at === 0 ? '' : '. '}${word.charAt(0).toUpperCase()}${word.slice(1)}` : ` ${word}`;
    }
    return `${text}.`;
  });
}

/** Frequent words are short, as in language. */
function wordOf(rank: number): string {
  let word = '';
  for (let rest = rank + 1; rest > 0; rest = Math.floor(rest / 16)) word += SYLLABLES[rest % 16]!;
  return word;
}
