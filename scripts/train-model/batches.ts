import { Random } from './random.ts';
import type { Recipe } from './recipe.ts';

/**
 * Which pairs each step uses: all of them in random order, again from the start when they are used up; `homogeneous` of them in batches
 * of one file, the others mixed. Every batch is full.
 */
export function planBatches(files: Uint8Array, recipe: Recipe): Int32Array[] {
  const { batch, steps, homogeneous } = recipe;
  const random = new Random(recipe.seed);
  const needed = batch * steps;
  const order = new Int32Array(needed);
  const all = Int32Array.from({ length: files.length }, (_, i) => i);
  if (all.length < batch) throw new Error(`There are ${all.length} pairs; one batch takes ${batch}.`);
  for (let filled = 0; filled < needed; filled += all.length) {
    random.shuffle(all);
    order.set(all.subarray(0, Math.min(all.length, needed - filled)), filled);
  }
  const apart = Math.floor(needed * homogeneous);
  const byFile = new Map<number, number[]>();
  for (const pair of order.subarray(0, apart)) {
    const file = files[pair] ?? 0;
    const list = byFile.get(file) ?? [];
    list.push(pair);
    byFile.set(file, list);
  }
  const batches: Int32Array[] = [];
  const mixed: number[] = [...order.subarray(apart)];
  for (const file of [...byFile.keys()].sort((a, b) => a - b)) {
    const list = byFile.get(file) ?? [];
    const full = Math.floor(list.length / batch) * batch;
    for (let at = 0; at < full; at += batch) batches.push(Int32Array.from(list.slice(at, at + batch)));
    mixed.push(...list.slice(full));
  }
  random.shuffle(mixed);
  for (let at = 0; at + batch <= mixed.length; at += batch) batches.push(Int32Array.from(mixed.slice(at, at + batch)));
  random.shuffle(batches);
  return batches.slice(0, steps);
}
