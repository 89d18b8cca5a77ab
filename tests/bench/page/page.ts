import { proxy, wrap, type Remote } from 'comlink';
import type { BenchApi } from './bench.worker.ts';
import type { ColdStartApi } from './coldstart.worker.ts';

declare global {
  var bench: Remote<BenchApi>;
  /** A worker of its own, that has opened nothing yet. */
  var openColdStart: () => Remote<ColdStartApi>;
  /** Bytes of JavaScript held by this page and its workers, after a collection where the browser has one forced. */
  var heapOf: () => Promise<number>;
  interface Performance {
    measureUserAgentSpecificMemory(): Promise<{ readonly bytes: number }>;
  }
}

globalThis.heapOf = proxy(async () => (await performance.measureUserAgentSpecificMemory()).bytes);
/** Stands where the core worker stands; every figure is taken in it or below it. */
globalThis.bench = wrap<BenchApi>(new Worker(new URL('./bench.worker.ts', import.meta.url), { type: 'module' }));

globalThis.openColdStart = () =>
  wrap<ColdStartApi>(new Worker(new URL('./coldstart.worker.ts', import.meta.url), { type: 'module' }));
