/** For ten of up to 100,000 rows of 384 dimensions; see docs/sweep.md. */
const USUAL = 900;
const USUAL_ROWS = 100_000;
const USUAL_DIMENSIONS = 384;
const USUAL_K = 10;
/** By which power of the number of rows the candidates grow. */
const GROWTH = 0.4;

/**
 * How many of `rowCount` rows the first stage hands on, so that the `k` nearest are among them in at least 998 of 1,000
 * cases where vectors lie in clusters; constants from `npm run sweep` (docs/sweep.md). Where they hardly do, more are needed.
 */
export function candidateCount(rowCount: number, dimensions: number, k: number): number {
  const perRow = Math.max(1, rowCount / USUAL_ROWS) ** GROWTH;
  const perDimension = Math.max(1, USUAL_DIMENSIONS / dimensions);
  const perResult = Math.sqrt(Math.max(k, USUAL_K) / USUAL_K);
  return Math.ceil(Math.max(USUAL * perRow * perDimension * perResult, 4 * k));
}

/** How many rows are scored before it is judged which others are in doubt. */
export function firstScored(k: number): number {
  return 64 + 4 * k;
}

/** How many of the best rows the first stage is to list for doubts, if nothing else is known. */
export function usuallyListed(rowCount: number, k: number): number {
  return Math.max(500 * Math.max(1, rowCount / USUAL_ROWS) ** 0.6, 8 * k);
}

/** The most rows that are scored: beyond it the codes tell next to nothing, and all of them would have to be. */
export function mostInDoubt(rowCount: number, k: number): number {
  return Math.ceil(Math.max(16_384, rowCount / 16, 16 * k));
}
