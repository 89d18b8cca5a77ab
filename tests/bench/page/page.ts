import { wrap, type Remote } from 'comlink';
import type { BenchApi } from './bench.worker.ts';

declare global {
  var bench: Remote<BenchApi>;
}

/** Stands where the core worker stands; every figure is taken in it or below it. */
globalThis.bench = wrap<BenchApi>(new Worker(new URL('./bench.worker.ts', import.meta.url), { type: 'module' }));
