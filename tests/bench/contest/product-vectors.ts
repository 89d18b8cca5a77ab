import { ThreadCrew, type ScanThread } from '../../../src/engine/vector/thread-crew.ts';
import { VectorIndex } from '../../../src/engine/vector/vector-index.ts';
import { openSharedKernel } from '../../../src/engine/vector/wasm-kernel.ts';
import type { VectorContestant } from './vector-contestant.ts';

const AT_ONCE = 10_000;

/**
 * The product's index, filled in steps as segments fill it. It has no knob: how many rows are scored follows from each
 * question.
 */
export function productVectors(threads: number): VectorContestant {
  let index: VectorIndex | undefined;
  return {
    efforts: [0],
    build({ rows, count, dimensions }) {
      index = openIndex(dimensions, threads);
      for (let first = 0; first < count; first += AT_ONCE) {
        const end = Math.min(count, first + AT_ONCE);
        index.add(rows.slice(first * dimensions, end * dimensions));
      }
    },
    search(query, k) {
      if (index === undefined) throw new Error('Nothing was built.');
      return index.search(query, k).keys;
    },
    memoryBytes: () => index?.memoryBytes ?? 0,
  };
}

function openIndex(dimensions: number, threads: number): VectorIndex {
  if (threads === 1) return new VectorIndex({ dimensions });
  const kernel = openSharedKernel();
  if (kernel === undefined) throw new Error('There is no memory for threads to share.');
  return new VectorIndex({ dimensions }, kernel, new ThreadCrew(kernel, threads, spawnThread));
}

function spawnThread(): ScanThread {
  const worker = new Worker(new URL('../../../workers/search/scan.worker.ts', import.meta.url), { type: 'module' });
  return { start: (start) => worker.postMessage(start), terminate: () => worker.terminate() };
}
