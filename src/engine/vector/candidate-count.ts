/** Fewest candidates refined: below this, refining costs next to nothing beside the scan. */
const FEWEST = 100;

/**
 * How many of `rowCount` rows the first stage hands on, so that the `k` nearest are among them in at least 998 of
 * 1,000 cases; constants from `npm run sweep` (docs/sweep.md).
 */
export function candidateCount(rowCount: number, dimensions: number, k: number): number {
  const perRow = Math.sqrt(rowCount / 100_000);
  const perDimension = Math.max(1, 384 / dimensions);
  return Math.ceil(Math.max(FEWEST, 300 * perRow * perDimension * Math.sqrt(Math.max(k, 10) / 10), 4 * k));
}
