/**
 * How a term is spelt in the dictionary. A term is a word form under its stem: all forms of one stem stand next to each
 * other, so that a question finds them with one look-up, and each form still has a list of its own.
 *
 *   stem                               the form is the stem itself, or the term has no stem (identifiers, numbers, pairs)
 *   stem · U+0001 · drop · ending      the form is the stem less its last `drop` characters, plus `ending`
 *
 * `drop` is one character, U+0002 + the number. U+0001 sorts before everything a term can hold.
 */
const MARK = '\u0001';
export const MARK_BYTE = 1;
export const DROP_BASE = 2;

export function termKey(stem: string, form: string): string {
  if (stem === form) return stem;
  let shared = 0;
  while (shared < stem.length && stem.charCodeAt(shared) === form.charCodeAt(shared)) shared++;
  // Not in the middle of a surrogate pair: both halves would be lost in UTF-8.
  if (shared > 0 && (stem.charCodeAt(shared - 1) & 0xfc00) === 0xd800) shared--;
  return stem + MARK + String.fromCharCode(DROP_BASE + stem.length - shared) + form.slice(shared);
}

export function stemOfKey(key: string): string {
  const at = key.indexOf(MARK);
  return at < 0 ? key : key.slice(0, at);
}

export function formOfKey(key: string): string {
  const at = key.indexOf(MARK);
  if (at < 0) return key;
  return key.slice(0, at - (key.charCodeAt(at + 1) - DROP_BASE)) + key.slice(at + 2);
}
