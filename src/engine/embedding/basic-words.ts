import { IDEOGRAPH, kindOf, MARK, PUNCTUATION, REMOVED, WHITESPACE } from './unicode-kinds.ts';

/**
 * BERT's basic tokenisation of any text: lower case, accents stripped, split at white space, around punctuation and
 * around Chinese characters. Lower-casing looks at neighbouring letters (a Greek sigma at the end of a word), so a text may be given in pieces
 * only where white space parts them. Takes time in proportion to the text's length.
 * Rules: Devlin et al. 2018, as `BertNormalizer` and `BertPreTokenizer` of Hugging Face's tokenizers have them.
 */
export function basicWords(text: string): string[] {
  const folded = clean(text).toLowerCase().normalize('NFD');
  const words: string[] = [];
  let word = '';
  const endWord = (): void => {
    if (word !== '') words.push(word);
    word = '';
  };
  for (const character of folded) {
    const kind = kindOf(character.codePointAt(0) ?? 0);
    if (kind === WHITESPACE) endWord();
    else if (kind === PUNCTUATION) {
      endWord();
      words.push(character);
    } else if (kind !== MARK) word += character;
  }
  endWord();
  return words;
}

function clean(text: string): string {
  let cleaned = '';
  for (const character of text) {
    const kind = kindOf(character.codePointAt(0) ?? 0);
    if (kind === REMOVED) continue;
    if (kind === WHITESPACE) cleaned += ' ';
    else if (kind === IDEOGRAPH) cleaned += ` ${character} `;
    else cleaned += character;
  }
  return cleaned;
}
