/**
 * Groups texts into batches of similar length, so that little is computed for padding. Each batch, padded to its
 * longest text, stays within `maxBatchTokens`, or holds a single text. Returns indices into `lengths`, longest first.
 */
export function planBatches(lengths: readonly number[], maxBatchTokens: number): number[][] {
  const order = lengths.map((_, index) => index).sort((a, b) => (lengths[b] ?? 0) - (lengths[a] ?? 0) || a - b);
  const batches: number[][] = [];
  let batch: number[] = [];
  let width = 0;
  for (const index of order) {
    if (batch.length > 0 && (batch.length + 1) * width > maxBatchTokens) {
      batches.push(batch);
      batch = [];
    }
    // The order is by falling length: the first of a batch is its longest.
    if (batch.length === 0) width = Math.max(1, lengths[index] ?? 0);
    batch.push(index);
  }
  if (batch.length > 0) batches.push(batch);
  return batches;
}
