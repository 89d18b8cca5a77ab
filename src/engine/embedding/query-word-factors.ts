/**
 * By how much each word of a question counts for its vector: (idf / mean idf) ^ exponent, the mean being over the
 * words given. Words that are rare in the library say more of what is asked. Words that are not given keep 1.
 *
 * The idea of weighting embeddings by inverse document frequency is that of smooth inverse frequency (Arora, Liang, Ma:
 * "A simple but tough-to-beat baseline for sentence embeddings", 2017), with the library's own frequencies here.
 */
export function queryWordFactors(
  idfs: Readonly<Record<string, number>>,
  exponent: number,
): Readonly<Record<string, number>> {
  const known = Object.entries(idfs).filter(([, idf]) => Number.isFinite(idf) && idf > 0);
  const mean = known.reduce((sum, [, idf]) => sum + idf, 0) / known.length;
  return Object.fromEntries(known.map(([word, idf]) => [word, (idf / mean) ** exponent]));
}
