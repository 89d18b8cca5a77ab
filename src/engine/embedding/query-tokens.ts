import type { QueryTokens } from '../../domain/token-alignment.ts';
import { isStopWord } from '../lexical/stop-words.ts';
import type { TokenisedWord } from './word-piece.ts';

/** Tokens of one question that are aligned, the weightiest; more would cost time and say nothing new. */
const MOST_QUERY_TOKENS = 32;

/**
 * The distinct tokens of a question, each with its word's inverse document frequency shared among the word's pieces. A
 * word that the library does not contain counts as its rarest does: it is for those above all that one looks for others
 * that mean the same. Punctuation and function words count for nothing: what stands for "did" elsewhere says little. `isKnown` tells which tokens have a vector.
 */
export function weighQueryTokens(
  words: readonly TokenisedWord[],
  wordWeights: Readonly<Record<string, number>>,
  isKnown: (id: number) => boolean,
): QueryTokens {
  const idfs = Object.values(wordWeights).filter((idf) => Number.isFinite(idf) && idf > 0);
  const rarest = idfs.reduce((most, idf) => Math.max(most, idf), 0) || 1;
  const weightOf = new Map<number, number>();
  const seen = new Set<string>();
  for (const { word, ids } of words) {
    if (seen.has(word) || isStopWord(word) || !/[\p{L}\p{N}]/u.test(word)) continue;
    seen.add(word);
    const given = Object.hasOwn(wordWeights, word) ? wordWeights[word] : undefined;
    const idf = given !== undefined && Number.isFinite(given) && given > 0 ? given : rarest;
    for (const id of ids) if (isKnown(id)) weightOf.set(id, (weightOf.get(id) ?? 0) + idf / ids.length);
  }
  const kept = [...weightOf].sort(([a, x], [b, y]) => y - x || a - b).slice(0, MOST_QUERY_TOKENS);
  return { ids: Uint16Array.from(kept, ([id]) => id), weights: Float32Array.from(kept, ([, weight]) => weight) };
}
