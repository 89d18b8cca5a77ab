const PLAIN_LATIN = /^[a-z]+$/;

/**
 * The S-stemmer: takes English plurals to their singular and touches nothing else (Harman, "How effective is
 * suffixing?", JASIS 42(1), 1991, table 1: the first rule whose suffix fits decides). `word` is folded already;
 * anything but plain Latin letters comes back unchanged.
 */
export function stem(word: string): string {
  if (word.length < 4 || !word.endsWith('s') || !PLAIN_LATIN.test(word)) return word;
  if (word.endsWith('ies')) return word.endsWith('eies') || word.endsWith('aies') ? word : `${word.slice(0, -3)}y`;
  if (word.endsWith('es')) {
    return word.endsWith('aes') || word.endsWith('ees') || word.endsWith('oes') ? word : word.slice(0, -1);
  }
  return word.endsWith('us') || word.endsWith('ss') ? word : word.slice(0, -1);
}
