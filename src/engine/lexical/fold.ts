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
};
const UNDECOMPOSED_PATTERN = new RegExp(`[${Object.keys(UNDECOMPOSED).join('')}]`, 'g');
const DIACRITICS = /[\u0300-\u036f]/g;
const BEYOND_ASCII = /[^\x00-\x7f]/;

/**
 * Lower case without diacritics. Only the combining diacritical marks block is dropped: the vowel signs of Indic
 * and South-East Asian scripts and the kana voicing marks are letters in all but name, and stay.
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
