// Letters that Unicode does not decompose but that people type without their stroke or ligature.
const UNDECOMPOSED: Readonly<Record<string, string>> = {
  ß: 'ss',
  æ: 'ae',
  œ: 'oe',
  ø: 'o',
  ł: 'l',
  đ: 'd',
  ð: 'd',
  þ: 'th',
  ħ: 'h',
  ı: 'i',
  ŀ: 'l',
  ŋ: 'n',
  ŧ: 't',
  ς: 'σ',
  ى: 'ي',
  ة: 'ه',
  ٱ: 'ا',
};
const UNDECOMPOSED_PATTERN = new RegExp(`[${Object.keys(UNDECOMPOSED).join('')}]`, 'g');
// Combining diacritical marks; Hebrew points; Arabic vowel signs, superscript alef and the stroke that stretches words.
const DIACRITICS =
  /[\u0300-\u036f\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u05c7\u0610-\u061a\u064b-\u065f\u0670\u0640]/g;
const BEYOND_ASCII = /[^\x00-\x7f]/;

/**
 * Lower case without diacritics, without the points of Hebrew and Arabic, and with the variants of alef, final yeh and teh
 * marbuta as people type them. The vowel signs of Indic and South-East Asian scripts and the kana voicing marks are
 * letters in all but name, and stay.
 */
export function foldCase(text: string): string {
  const lower = text.toLowerCase();
  if (!BEYOND_ASCII.test(lower)) return lower;
  return lower
    .normalize('NFD')
    .replace(DIACRITICS, '')
    .normalize('NFC')
    .replace(UNDECOMPOSED_PATTERN, (letter) => UNDECOMPOSED[letter] ?? letter);
}
