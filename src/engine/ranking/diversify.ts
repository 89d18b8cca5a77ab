import type { FusedEntry } from './fuser.ts';

/** Likeness of two candidates in [0, 1]. */
export type Similarity = (left: number, right: number) => number;

/**
 * Takes `k` candidates one by one, each time the one of highest
 *
 *   (1 − diversity) · relevance − diversity · (largest similarity to those already taken)
 *
 * which is maximal marginal relevance with λ = 1 − diversity (Carbonell, Goldstein, "The use of MMR,
 * diversity-based reranking for reordering documents and producing summaries", SIGIR 1998). Relevance is the fused
 * score over the best one's, so that both terms are on the scale [0, 1]. `candidates` are best first, and earlier
 * ones win ties; with diversity 0 the order is kept.
 */
export function diversify(
  candidates: readonly FusedEntry[],
  k: number,
  diversity: number,
  similarity: Similarity,
): FusedEntry[] {
  const best = candidates[0]?.score ?? 0;
  if (diversity <= 0 || best <= 0) return candidates.slice(0, k);
  const remaining = candidates.map((candidate) => ({ candidate, closest: 0 }));
  const taken: FusedEntry[] = [];
  while (taken.length < k && remaining.length > 0) {
    let chosen = 0;
    let chosenValue = -Infinity;
    remaining.forEach(({ candidate, closest }, index) => {
      const value = (1 - diversity) * (candidate.score / best) - diversity * closest;
      if (value > chosenValue) {
        chosenValue = value;
        chosen = index;
      }
    });
    const [picked] = remaining.splice(chosen, 1);
    if (picked === undefined) break;
    taken.push(picked.candidate);
    for (const other of remaining) {
      other.closest = Math.max(other.closest, similarity(picked.candidate.key, other.candidate.key));
    }
  }
  return taken;
}
