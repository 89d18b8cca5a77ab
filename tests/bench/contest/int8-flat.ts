import type { VectorContestant, VectorSet } from './vector-contestant.ts';

const PAGE_BYTES = 65_536;
const BLOCK_ROWS = 4096;
/** The best by bytes are scored again by floats. */
const RESCORED = 20;

type Scan = (
  query: number,
  rows: number,
  first: number,
  end: number,
  dimensions: number,
  threshold: number,
  found: number,
) => number;

/**
 * Every row's dot product in signed bytes, by SIMD, then the best twenty again in floats: the fastest that reads each
 * vector whole. `dimensions` must be a multiple of 16.
 */
export async function int8Flat(siteUrl: string): Promise<VectorContestant> {
  const module = await WebAssembly.compileStreaming(fetch(new URL('int8-scan.wasm', siteUrl)));
  const memory = new WebAssembly.Memory({ initial: 1 });
  const { exports } = await WebAssembly.instantiate(module, { env: { memory } });
  const scan = exports['scan'] as Scan;
  let floats: Float32Array = new Float32Array(0);
  let count = 0;
  let dimensions = 0;
  let scale = 0;
  let found = 0;
  let rows = 0;
  return {
    efforts: [0],
    build(vectors: VectorSet) {
      ({ count, dimensions } = vectors);
      // Read where they are, and counted as its own.
      floats = vectors.rows;
      // The query first, then what was found in a block, then the rows.
      found = dimensions * 2;
      rows = found + BLOCK_ROWS * 8;
      memory.grow(Math.ceil((rows + count * dimensions) / PAGE_BYTES));
      let largest = 0;
      for (const value of floats) largest = Math.max(largest, Math.abs(value));
      scale = 127 / largest;
      const bytes = new Int8Array(memory.buffer, rows, count * dimensions);
      for (let at = 0; at < bytes.length; at++) bytes[at] = Math.round(floats[at]! * scale);
    },
    search(query, k) {
      new Int16Array(memory.buffer, 0, dimensions).set(query.map((value) => Math.round(value * scale)));
      const pairs = new Int32Array(memory.buffer, found, BLOCK_ROWS * 2);
      let best: { readonly score: number; readonly row: number }[] = [];
      let threshold = -(2 ** 31);
      for (let first = 0; first < count; first += BLOCK_ROWS) {
        const end = Math.min(count, first + BLOCK_ROWS);
        const hits = scan(0, rows, first, end, dimensions, threshold, found);
        if (hits === 0) continue;
        for (let hit = 0; hit < hits; hit++) best.push({ score: pairs[2 * hit]!, row: pairs[2 * hit + 1]! });
        best.sort((left, right) => right.score - left.score);
        best = best.slice(0, RESCORED);
        if (best.length === RESCORED) threshold = best[RESCORED - 1]!.score;
      }
      return best
        .map(({ row }) => ({ row, score: dot(query, floats, row * dimensions) }))
        .sort((left, right) => right.score - left.score)
        .slice(0, k)
        .map(({ row }) => row);
    },
    memoryBytes: () => memory.buffer.byteLength + floats.byteLength,
  };
}

function dot(query: Float32Array, rows: Float32Array, start: number): number {
  let sum = 0;
  for (let at = 0; at < query.length; at++) sum += query[at]! * rows[start + at]!;
  return sum;
}
