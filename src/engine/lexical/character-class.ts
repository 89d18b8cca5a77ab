/** What a character is to the tokenizer. */
export const CHAR_SEPARATOR = 1;
/** Letters without case, lower-case letters, and marks that belong to a letter. */
export const CHAR_LETTER = 2;
export const CHAR_UPPER = 3;
export const CHAR_DIGIT = 4;
/** Scripts written without spaces between words (and Hangul, whose words carry particles): cut into n-grams. */
export const CHAR_UNSPACED = 5;
/** May join the parts of one identifier, path, version or code; a separator unless a word character follows. */
export const CHAR_JOINER = 6;

const UNSPACED =
  /^[\p{sc=Han}\p{sc=Hira}\p{sc=Kana}\p{sc=Hang}\p{sc=Bopo}\p{sc=Thai}\p{sc=Laoo}\p{sc=Khmr}\p{sc=Mymr}\u30FC]$/u;
const UPPER = /^\p{Lu}$/u;
const LETTER = /^[\p{L}\p{M}]$/u;
const DIGIT = /^\p{N}$/u;
const JOINERS = new Set([...".,_-/\\:@&'"].concat('\u2019', '\u2010'));

function classify(codePoint: number): number {
  const character = String.fromCodePoint(codePoint);
  if (JOINERS.has(character)) return CHAR_JOINER;
  if (UNSPACED.test(character)) return CHAR_UNSPACED;
  if (UPPER.test(character)) return CHAR_UPPER;
  if (LETTER.test(character)) return CHAR_LETTER;
  if (DIGIT.test(character)) return CHAR_DIGIT;
  return CHAR_SEPARATOR;
}

// Filled on demand: Unicode property tests are far too slow to run once per character of a library.
const basicPlane = new Uint8Array(0x10000);

/** The same for the characters that most texts consist of, filled from the start. */
export const ASCII_CLASSES = Uint8Array.from({ length: 0x80 }, (_, code) => classify(code));

/** One of the `CHAR_…` constants. Lone surrogates are separators. */
export function characterClass(codePoint: number): number {
  if (codePoint >= 0x10000) return classify(codePoint);
  const known = basicPlane[codePoint] ?? 0;
  if (known !== 0) return known;
  const found = classify(codePoint);
  basicPlane[codePoint] = found;
  return found;
}

export function isWordCharacter(characterClassValue: number): boolean {
  return characterClassValue >= CHAR_LETTER && characterClassValue <= CHAR_DIGIT;
}
