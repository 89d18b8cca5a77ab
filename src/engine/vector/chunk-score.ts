/** How much the whole of a chunk counts beside the best of its windows. */
const WHOLE_WEIGHT = 0.5;

/** The score of a chunk whose rows' scores are `scores[start … end)`: the whole, and after it its windows, if any. */
export function chunkScore(scores: Float32Array, start: number, end: number): number {
  const whole = scores[start] ?? 0;
  if (end - start < 2) return whole;
  let best = -Infinity;
  for (let at = start + 1; at < end; at++) best = Math.max(best, scores[at]!);
  return WHOLE_WEIGHT * whole + (1 - WHOLE_WEIGHT) * best;
}
