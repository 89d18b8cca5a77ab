/**
 * Tokens without a tokenizer. The mean number of WordPiece tokens (BERT, uncased, 30,522 pieces) of a word by its
 * length in letters, measured on English prose and science and on German text, a little above the mean so that a
 * passage is seldom undercounted. How English a text is decides between the two rows. A model's own tokenizer has
 * the last word when the passage is embedded; here the count only has to be quick, linear and rarely too low.
 */
const ENGLISH = [0, 1, 1.01, 1.06, 1.06, 1.08, 1.15, 1.2, 1.28, 1.5, 1.6, 1.97, 2.08, 2.3, 2.95, 3.4, 4.6, 5, 5.6, 6.2];
const OTHER = [0, 1, 1.05, 1.2, 1.55, 1.85, 2.05, 2.35, 2.45, 3.3, 3.7, 3.9, 4.4, 4.5, 5.15, 5.45, 5.8, 6, 6.4, 6.8];
const DIGITS = [0, 1, 1, 1.3, 1.5, 2.6, 3, 3.6, 4.4];
const LONG_WORD_TOKENS_PER_LETTER = 0.36;
const LONG_NUMBER_TOKENS_PER_DIGIT = 0.55;
const MIXED_TOKENS_PER_CHARACTER = 0.62;
/** WordPiece gives up on a word longer than this and makes it one unknown token; ours stays on the high side. */
const SAFETY = 1.03;

// None that is common in another language too, such as "in", "was" or "on".
const FUNCTION_WORDS = new Set(
  'the of and to is that it for with at by from be this are not you he she they his their have had can which if'.split(
    ' ',
  ),
);
/** Share of those words in ordinary English prose; notes and lists have less, and still count as English. */
const ENGLISH_SHARE = 0.14;
const SAMPLE_CHARS = 20_000;

export type TokenEstimator = (text: string, start?: number, end?: number) => number;

/**
 * An estimator tuned to the language of `sample` (its first 20,000 characters). The estimate of a text is at most
 * the sum of the estimates of its parts, so parts that fit a budget one by one can be added up.
 */
export function tokenEstimatorFor(sample: string): TokenEstimator {
  const english = englishness(sample.slice(0, SAMPLE_CHARS));
  const letters = ENGLISH.map((tokens, length) => english * tokens + (1 - english) * (OTHER[length] ?? tokens));
  return (text, start = 0, end = text.length) => Math.ceil(count(text, start, end, letters) * SAFETY);
}

/** Estimated WordPiece tokens of a text, without the two that a model adds around it. */
export function estimateTokens(text: string): number {
  return tokenEstimatorFor(text)(text);
}

function englishness(sample: string): number {
  const words = sample.toLowerCase().match(/[a-zß-ÿ]+/g) ?? [];
  if (words.length === 0) return 1;
  let known = 0;
  for (const word of words) if (FUNCTION_WORDS.has(word)) known++;
  // Few words say little: lean towards English by as much as is missing of fifty.
  const trust = Math.min(1, words.length / 50);
  return trust * Math.min(1, known / words.length / ENGLISH_SHARE) + (1 - trust);
}

function count(text: string, start: number, end: number, letterTable: readonly number[]): number {
  let tokens = 0;
  let letters = 0;
  let digits = 0;
  for (let at = start; at <= end; at++) {
    const code = at < end ? text.charCodeAt(at) : 0x20;
    const kind = code < 128 ? (ASCII_KIND[code] ?? 0) : kindOf(code);
    if (kind === LETTER) letters++;
    else if (kind === DIGIT) digits++;
    else {
      if (letters > 0 || digits > 0) {
        tokens += wordTokens(letters, digits, letterTable);
        letters = 0;
        digits = 0;
      }
      if (kind === SINGLE) tokens += 1;
      else if (kind === HANGUL) tokens += 2.6;
    }
  }
  return tokens;
}

function wordTokens(letters: number, digits: number, letterTable: readonly number[]): number {
  if (digits === 0) return letterTable[letters] ?? letters * LONG_WORD_TOKENS_PER_LETTER;
  if (letters === 0) return DIGITS[digits] ?? digits * LONG_NUMBER_TOKENS_PER_DIGIT;
  return Math.max(1, (letters + digits) * MIXED_TOKENS_PER_CHARACTER);
}

const SPACE = 0;
const LETTER = 1;
const DIGIT = 2;
/** Punctuation, symbols, ideographs, and letters of scripts the vocabulary holds one by one. */
const SINGLE = 3;
/** Decomposed into its two or three letters before it is looked up. */
const HANGUL = 4;

const ASCII_KIND = Uint8Array.from({ length: 128 }, (_, code) => {
  const character = String.fromCharCode(code);
  if (/[a-z]/i.test(character)) return LETTER;
  if (/\d/.test(character)) return DIGIT;
  return code > 32 && code < 127 ? SINGLE : SPACE;
});

function kindOf(code: number): number {
  if (code < 0xa1 || code === 0xad || (code >= 0x2000 && code <= 0x200f) || code === 0x3000 || code === 0xfeff)
    return SPACE;
  if (code >= 0xc0 && code <= 0x24f && code !== 0xd7 && code !== 0xf7) return LETTER;
  if (code >= 0x300 && code <= 0x36f) return SPACE; // Combining accents are dropped before the look-up.
  if (code >= 0xac00 && code <= 0xd7a3) return HANGUL;
  if (code >= 0xdc00 && code <= 0xdfff) return SPACE; // Counted with the other half of the pair.
  return SINGLE;
}
