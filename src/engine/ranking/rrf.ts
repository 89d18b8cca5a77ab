import type { FusedEntry, Fuser } from './fuser.ts';

/** The constant of the source; it dampens the advantage of the first few ranks. */
export const RRF_K = 60;

/**
 * Reciprocal rank fusion: score(d) = Σ over lists of 1 / (k + rank of d), ranks from 1 (Cormack, Clarke, Büttcher,
 * "Reciprocal rank fusion outperforms Condorcet and individual rank learning methods", SIGIR 2009).
 */
export const fuseByReciprocalRank: Fuser = (lists, isBefore) => {
  const scores = new Map<number, number>();
  for (const { entries } of lists) {
    entries.forEach(({ key }, index) => scores.set(key, (scores.get(key) ?? 0) + 1 / (RRF_K + index + 1)));
  }
  const fused: FusedEntry[] = [];
  for (const [key, score] of scores) fused.push({ key, score });
  return fused.sort((a, b) => b.score - a.score || (isBefore(a.key, b.key) ? -1 : 1));
};
