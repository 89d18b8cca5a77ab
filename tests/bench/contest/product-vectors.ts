import { ThreadCrew, type ScanThread } from '../../../src/engine/vector/thread-crew.ts';
import { VectorIndex } from '../../../src/engine/vector/vector-index.ts';
import { openSharedKernel } from '../../../src/engine/vector/wasm-kernel.ts';
import type { VectorContestant } from './vector-contestant.ts';

const AT_ONCE = 10_000;
/** As many candidates as the index itself thinks right. */
const ITS_OWN = 0;

/** The product's index, filled in steps as segments fill it. */
export function productVectors(threads: number): VectorContestant {
  let index: VectorIndex | undefined;
  return {
    efforts: [ITS_OWN, 500, 1000, 2000, 4000, 8000],
    effortName: 'candidates',
    build({ rows, count, dimensions }) {
      index = openIndex(dimensions, threads);
      for (let first = 0; first < count; first += AT_ONCE) {
        const end = Math.min(count, first + AT_ONCE);
        index.add(rows.slice(first * dimensions, end * dimensions));
      }
    },
    search(query, k, effort) {
      if (index === undefined) throw new Error('Nothing was built.');
      return index.search(query, k, effort === ITS_OWN ? {} : { candidates: effort }).keys;
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
