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
