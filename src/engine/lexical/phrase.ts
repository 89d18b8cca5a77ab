import type { LexicalSource } from './bm25.ts';
import { DictionaryReader, findKey } from './dictionary-reader.ts';
import { PostingCursor } from './postings.ts';
import { type LexicalQuery, stemsOf } from './query-terms.ts';
import { termKey } from './term-key.ts';
import { wordSequence } from './tokenize.ts';

const ENCODER = new TextEncoder();

/**
 * What is left of a source's accepted chunks when every word of every phrase must be in them and no excluded word may
 * be; `undefined` where all chunks are accepted. Words count as they were typed, not as their stems, in any field.
 *
 * The index holds no positions: they would take as many bytes as all the rest. So this is what can be said of phrases
 * without the texts; whether the words stand in a row is for `holdsPhrase` to tell, of the few chunks that are shown.
 */
export function restrictedMask(
  source: LexicalSource,
  { phrases, excluded }: Pick<LexicalQuery, 'phrases' | 'excluded'>,
): Uint8Array | undefined {
  if (phrases.length === 0 && excluded.length === 0) return source.acceptMask;
  const { segment, acceptMask } = source;
  const mask = acceptMask === undefined ? new Uint8Array(segment.chunkCount).fill(1) : acceptMask.slice();
  const reader = new DictionaryReader(segment);
  for (const form of new Set(phrases.flat())) {
    const holders = holdersOf(source, reader, form);
    for (let ordinal = 0; ordinal < mask.length; ordinal++)
      mask[ordinal] = (mask[ordinal] ?? 0) & (holders[ordinal] ?? 0);
  }
  for (const form of new Set(excluded)) {
    holdersOf(source, reader, form).forEach((holds, ordinal) => {
      if (holds === 1) mask[ordinal] = 0;
    });
  }
  return mask;
}

/** 1 for each chunk that holds a word in this very form. */
function holdersOf({ segment }: LexicalSource, reader: DictionaryReader, form: string): Uint8Array {
  const holders = new Uint8Array(segment.chunkCount);
  for (const stem of stemsOf(form, segment.languageMask)) {
    const list = findKey(reader, ENCODER.encode(termKey(stem, form)));
    if (list === undefined) continue;
    const cursor = new PostingCursor(segment, list);
    while (cursor.ordinal < segment.chunkCount) {
      holders[cursor.ordinal] = 1;
      cursor.next();
    }
  }
  return holders;
}

/** Whether the words of a phrase stand in a text in a row; case, accents and what is between words do not count. */
export function holdsPhrase(text: string, phrase: string): boolean {
  const wanted = wordSequence(phrase);
  if (wanted.length === 0) return true;
  const words = wordSequence(text);
  return words.some((word, at) => word === wanted[0] && wanted.every((other, i) => words[at + i] === other));
}
