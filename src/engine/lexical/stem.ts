/**
 * Porter's stemmer for English (Porter, "An algorithm for suffix stripping", Program 14(3), 1980), written from the
 * paper, with its author's later departures (`abli` → `ble`, `logi` → `log`: tartarus.org/martin/PorterStemmer).
 * Rules are named as in the paper; m is the number of vowel-consonant sequences before the suffix.
 */
const PLAIN_LATIN = /^[a-z]+$/;

type Rule = readonly [suffix: string, replacement: string];

const STEP_2: readonly Rule[] = [
  ['ational', 'ate'],
  ['tional', 'tion'],
  ['enci', 'ence'],
  ['anci', 'ance'],
  ['izer', 'ize'],
  ['bli', 'ble'],
  ['alli', 'al'],
  ['entli', 'ent'],
  ['eli', 'e'],
  ['ousli', 'ous'],
  ['ization', 'ize'],
  ['ation', 'ate'],
  ['ator', 'ate'],
  ['alism', 'al'],
  ['iveness', 'ive'],
  ['fulness', 'ful'],
  ['ousness', 'ous'],
  ['aliti', 'al'],
  ['iviti', 'ive'],
  ['biliti', 'ble'],
  ['logi', 'log'],
];
const STEP_3: readonly Rule[] = [
  ['icate', 'ic'],
  ['ative', ''],
  ['alize', 'al'],
  ['iciti', 'ic'],
  ['ical', 'ic'],
  ['ful', ''],
  ['ness', ''],
];
const STEP_4: readonly string[] = [
  ...['ement', 'ance', 'ence', 'able', 'ible', 'ment', 'ant', 'ent', 'ism', 'ate', 'iti', 'ous', 'ive', 'ize', 'ion'],
  ...['al', 'er', 'ic', 'ou'],
];

function isConsonant(word: string, at: number): boolean {
  const letter = word[at];
  if (letter === 'y') return at === 0 || !isConsonant(word, at - 1);
  return letter !== 'a' && letter !== 'e' && letter !== 'i' && letter !== 'o' && letter !== 'u';
}

/** m of the paper: how often a vowel is followed by a consonant in the first `length` letters. */
function measure(word: string, length: number): number {
  let count = 0;
  let wasVowel = false;
  for (let i = 0; i < length; i++) {
    const isVowel = !isConsonant(word, i);
    if (wasVowel && !isVowel) count++;
    wasVowel = isVowel;
  }
  return count;
}

/** *v* of the paper. */
function hasVowel(word: string, length: number): boolean {
  for (let i = 0; i < length; i++) if (!isConsonant(word, i)) return true;
  return false;
}

/** *d of the paper. */
function endsInDouble(word: string): boolean {
  const last = word.length - 1;
  return last > 0 && word[last] === word[last - 1] && isConsonant(word, last);
}

/** *o of the paper: consonant, vowel, consonant other than w, x, y. */
function endsInShortSyllable(word: string): boolean {
  const last = word.length - 1;
  if (last < 2 || !isConsonant(word, last) || isConsonant(word, last - 1) || !isConsonant(word, last - 2)) return false;
  return !'wxy'.includes(word[last] ?? '');
}

function step1a(word: string): string {
  if (word.endsWith('sses') || word.endsWith('ies')) return word.slice(0, -2);
  return word.endsWith('s') && !word.endsWith('ss') ? word.slice(0, -1) : word;
}

function step1b(word: string): string {
  if (word.endsWith('eed')) return measure(word, word.length - 3) > 0 ? word.slice(0, -1) : word;
  const suffix = word.endsWith('ed') ? 2 : word.endsWith('ing') ? 3 : 0;
  if (suffix === 0 || !hasVowel(word, word.length - suffix)) return word;
  const bare = word.slice(0, -suffix);
  if (bare.endsWith('at') || bare.endsWith('bl') || bare.endsWith('iz')) return `${bare}e`;
  if (endsInDouble(bare) && !'lsz'.includes(bare.at(-1) ?? '')) return bare.slice(0, -1);
  return measure(bare, bare.length) === 1 && endsInShortSyllable(bare) ? `${bare}e` : bare;
}

function step1c(word: string): string {
  return word.endsWith('y') && hasVowel(word, word.length - 1) ? `${word.slice(0, -1)}i` : word;
}

function replaceSuffix(word: string, rules: readonly Rule[]): string {
  for (const [suffix, replacement] of rules) {
    if (!word.endsWith(suffix)) continue;
    const length = word.length - suffix.length;
    return measure(word, length) > 0 ? word.slice(0, length) + replacement : word;
  }
  return word;
}

function step4(word: string): string {
  const suffix = STEP_4.find((candidate) => word.endsWith(candidate));
  if (suffix === undefined) return word;
  const length = word.length - suffix.length;
  if (suffix === 'ion' && !'st'.includes(word[length - 1] ?? ' ')) return word;
  return measure(word, length) > 1 ? word.slice(0, length) : word;
}

function step5(word: string): string {
  let result = word;
  if (result.endsWith('e')) {
    const bare = result.slice(0, -1);
    const m = measure(bare, bare.length);
    if (m > 1 || (m === 1 && !endsInShortSyllable(bare))) result = bare;
  }
  return result.endsWith('ll') && measure(result, result.length) > 1 ? result.slice(0, -1) : result;
}

/** The stem of a folded word; anything but plain Latin letters, and words of one or two, come back unchanged. */
export function stem(word: string): string {
  if (word.length < 3 || !PLAIN_LATIN.test(word)) return word;
  const plain = step1c(step1b(step1a(word)));
  return step5(step4(replaceSuffix(replaceSuffix(plain, STEP_2), STEP_3)));
}
