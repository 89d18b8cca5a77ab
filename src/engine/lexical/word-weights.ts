import type { CollectionStatistics, LexicalSource } from './bm25.ts';
import { queryTermsOf } from './query-terms.ts';
import { weighTerms } from './weigh-terms.ts';

/**
 * For each word of a question that the library contains, its inverse document frequency, counted over stems as a search
 * by words counts them: what the words are weighted by before a question is embedded. Words as the embedding model cuts
 * them (`words`); one the library does not contain gets none.
 */
export function wordWeights(
  sources: readonly LexicalSource[],
  statistics: CollectionStatistics,
  words: Iterable<string>,
): Record<string, number> {
  const weights: Record<string, number> = {};
  for (const word of new Set(words)) {
    let weight = 0;
    for (const { idf } of weighTerms(sources, statistics, queryTermsOf(word), undefined, false).terms) {
      weight = Math.max(weight, idf);
    }
    if (weight > 0) weights[word] = weight;
  }
  return weights;
}
