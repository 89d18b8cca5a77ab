import { ThreadCrew, type ScanThread } from '../../src/engine/vector/thread-crew.ts';
import { VectorIndex } from '../../src/engine/vector/vector-index.ts';
import { openSharedKernel } from '../../src/engine/vector/wasm-kernel.ts';

/** More threads than this wait for memory, not for work. */
const MOST_THREADS = 4;

/** An index that splits large searches over threads where the browser lets them share memory, and else works alone. */
export function openVectorIndex(dimensions: number): VectorIndex {
  const threadCount = Math.min(navigator.hardwareConcurrency, MOST_THREADS);
  const kernel = threadCount > 1 ? openSharedKernel() : undefined;
  if (kernel === undefined) return new VectorIndex({ dimensions });
  return new VectorIndex({ dimensions }, kernel, new ThreadCrew(kernel, threadCount, spawnScanThread));
}

function spawnScanThread(): ScanThread {
  const worker = new Worker(new URL('./scan.worker.ts', import.meta.url), { type: 'module', name: 'scan' });
  return {
    start: (start) => {
      worker.postMessage(start);
    },
    terminate: () => {
      worker.terminate();
    },
  };
}
