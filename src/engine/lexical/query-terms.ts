import type { QueryTerm } from './bm25.ts';
import { isStopWord } from './stop-words.ts';
import { tokenize } from './tokenize.ts';

/** The distinct terms a question is searched by, in order of first mention; stop words only if there is nothing else. */
export function queryTermsOf(question: string): QueryTerm[] {
  const counts = new Map<string, number>();
  tokenize(question, (term) => counts.set(term, (counts.get(term) ?? 0) + 1));
  const terms = Array.from(counts, ([term, count]) => ({ term, count }));
  const telling = terms.filter(({ term }) => !isStopWord(term));
  return telling.length > 0 ? telling : terms;
}
