import type { ScannedRows } from './row-scanner.ts';
import { NO_THRESHOLD } from './scan-job.ts';

/** Keys of chunks with their scores. */
export interface ScoredChunks {
  readonly keys: Uint32Array;
  readonly scores: Float32Array;
}

/** Scores by code are told apart in steps of 2^5 when the best are picked. */
const BIN_BITS = 5;
const bins = new Uint32Array((2 * -NO_THRESHOLD) >> BIN_BITS);

/** A score that at least `count` of these, if there are as many, exceed, and not many more do. */
export function scoreOfBest(scores: Int32Array, count: number): number {
  bins.fill(0);
  for (const score of scores) bins[(score - NO_THRESHOLD) >> BIN_BITS]!++;
  let bin = bins.length;
  for (let above = 0; above < count && bin > 0;) above += bins[--bin]!;
  return (bin << BIN_BITS) + NO_THRESHOLD - 1;
}

/** The rows whose scores exceed `above` and not `upTo`. */
export function rowsBetween({ rows, scores }: ScannedRows, above: number, upTo: number): Uint32Array {
  const found = new Uint32Array(rows.length);
  let count = 0;
  for (let at = 0; at < rows.length; at++) {
    const score = scores[at]!;
    if (score > above && score <= upTo) found[count++] = rows[at]!;
  }
  return found.subarray(0, count);
}

/** The `k`-th best of at least `k` scores. */
export function kthBest(scores: Float32Array, k: number): number {
  return scores.slice().sort()[scores.length - k]!;
}

/** Both lists' chunks; those in both, which there may be with `canRepeat`, once. */
export function joined(left: ScoredChunks, right: ScoredChunks, canRepeat: boolean): ScoredChunks {
  const seen = new Set(canRepeat ? left.keys : []);
  const keys = new Uint32Array(left.keys.length + right.keys.length);
  const scores = new Float32Array(keys.length);
  keys.set(left.keys);
  scores.set(left.scores);
  let count = left.keys.length;
  for (let at = 0; at < right.keys.length; at++) {
    if (canRepeat && seen.has(right.keys[at]!)) continue;
    keys[count] = right.keys[at]!;
    scores[count++] = right.scores[at]!;
  }
  return { keys: keys.subarray(0, count), scores: scores.subarray(0, count) };
}
