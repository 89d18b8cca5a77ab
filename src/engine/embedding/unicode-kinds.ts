/** What BERT's basic tokenisation does with a code point. */
export const WORD = 1;
export const WHITESPACE = 2;
export const PUNCTUATION = 3;
/** Control, format, private-use and surrogate code points, and the replacement character: left out. */
export const REMOVED = 4;
/** Chinese characters of the basic plane: each is a word of its own. */
export const IDEOGRAPH = 5;
/** Non-spacing marks: left out once letters and accents are apart. */
export const MARK = 6;

const LAST_CODE_POINT = 0x10ffff;
const REPLACEMENT_CHARACTER = 0xfffd;

/** Filled as code points are met, so that each costs its regular expressions once. */
const kinds = new Uint8Array(LAST_CODE_POINT + 1);

/** The kind of a code point (0 to 0x10FFFF), by the rules of `BertNormalizer` and `BertPreTokenizer`. */
export function kindOf(codePoint: number): number {
  const known = kinds[codePoint] ?? REMOVED;
  if (known !== 0) return known;
  const kind = classify(codePoint);
  kinds[codePoint] = kind;
  return kind;
}

function classify(codePoint: number): number {
  if (codePoint === 0 || codePoint === REPLACEMENT_CHARACTER) return REMOVED;
  const character = String.fromCodePoint(codePoint);
  if (character === '\t' || character === '\n' || character === '\r') return WHITESPACE;
  if (/[\p{Cc}\p{Cf}\p{Co}\p{Cs}]/u.test(character)) return REMOVED;
  if (/\s/u.test(character)) return WHITESPACE;
  if (/[\p{P}!-/:-@[-`{-~]/u.test(character)) return PUNCTUATION;
  if (isIdeograph(codePoint)) return IDEOGRAPH;
  return /\p{Mn}/u.test(character) ? MARK : WORD;
}

/** The blocks of BERT's list that lie in the basic plane; transformers.js looks at no others. */
function isIdeograph(codePoint: number): boolean {
  return (
    (codePoint >= 0x4e00 && codePoint <= 0x9fff) ||
    (codePoint >= 0x3400 && codePoint <= 0x4dbf) ||
    (codePoint >= 0xf900 && codePoint <= 0xfaff)
  );
}
