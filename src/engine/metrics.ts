/**
 * Measures of a ranking against judgements. A ranking is a list of document ids, best first, each at most once;
 * judgements give a document's gain: 0 or absent = not relevant. Definitions as in trec_eval and Manning, Raghavan,
 * Schütze, "Introduction to Information Retrieval", ch. 8.
 */
export type Judgements = ReadonlyMap<string, number>;

function relevantCount(judgements: Judgements): number {
  let count = 0;
  for (const gain of judgements.values()) if (gain > 0) count++;
  return count;
}

function foundCount(ranking: readonly string[], judgements: Judgements, k: number): number {
  let count = 0;
  for (const id of ranking.slice(0, k)) if ((judgements.get(id) ?? 0) > 0) count++;
  return count;
}

/** Share of the relevant documents among the first `k`; 0 where nothing is relevant. */
export function recallAtK(ranking: readonly string[], judgements: Judgements, k: number): number {
  const relevant = relevantCount(judgements);
  return relevant === 0 ? 0 : foundCount(ranking, judgements, k) / relevant;
}

/** Share of relevant documents in the first `k` places; places left empty count as not relevant. */
export function precisionAtK(ranking: readonly string[], judgements: Judgements, k: number): number {
  return k <= 0 ? 0 : foundCount(ranking, judgements, k) / k;
}

/** Reciprocal of the rank of the first relevant document, 0 if none (Voorhees, "The TREC-8 question answering track report", 1999). */
export function reciprocalRank(ranking: readonly string[], judgements: Judgements): number {
  const index = ranking.findIndex((id) => (judgements.get(id) ?? 0) > 0);
  return index < 0 ? 0 : 1 / (index + 1);
}

/** Mean of `reciprocalRank` over questions; 0 for none. */
export function mrr(runs: readonly { readonly ranking: readonly string[]; readonly judgements: Judgements }[]): number {
  if (runs.length === 0) return 0;
  let sum = 0;
  for (const { ranking, judgements } of runs) sum += reciprocalRank(ranking, judgements);
  return sum / runs.length;
}

/**
 * Discounted cumulative gain of the first `k` over that of an ideal ranking, with gain as judged and discount
 * log2(rank + 1) (Järvelin, Kekäläinen, "Cumulated gain-based evaluation of IR techniques", TOIS 20(4), 2002, in
 * the form trec_eval's ndcg_cut uses). 0 where nothing is relevant.
 */
export function ndcgAtK(ranking: readonly string[], judgements: Judgements, k: number): number {
  const gains = ranking.slice(0, k).map((id) => Math.max(0, judgements.get(id) ?? 0));
  const ideal = [...judgements.values()].filter((gain) => gain > 0).sort((a, b) => b - a);
  const idealGain = discountedGain(ideal.slice(0, k));
  return idealGain === 0 ? 0 : discountedGain(gains) / idealGain;
}

function discountedGain(gains: readonly number[]): number {
  let sum = 0;
  gains.forEach((gain, index) => (sum += gain / Math.log2(index + 2)));
  return sum;
}
