import type { KernelInMemory } from './wasm-kernel.ts';

/** Runs jobs of the kernels: on this thread, or on several. */
export interface ScanCrew {
  /** The most jobs that run at a time. */
  readonly size: number;
  /** Gives the crew memory of its own, `CONTROL_BYTES` long, before anything else. */
  attach(control: number): void;
  /** How many jobs a search over so many slabs is to be split into, here and now. */
  jobsFor(slabCount: number): number;
  /** Runs `kernel.scan(jobs[i], slabTable, …)` over the i-th of as many ranges of slabs as there are jobs. */
  scan(jobs: readonly number[], slabTable: number, slabCount: number): void;
  /** Runs `kernel.refine` for each job. */
  refine(jobs: readonly number[]): void;
  /** Ends the threads. */
  close(): void;
}

export const MOST_THREADS = 8;
export const CONTROL_BYTES = 128;

/** Words of the crew's memory. */
export const CONTROL = {
  /** Counts orders; threads wait for it to change. */
  order: 0,
  /** Threads that are still at the order. */
  pending: 1,
  /** 0: scan, 1: refine. */
  task: 2,
  slabTable: 3,
  slabCount: 4,
  jobCount: 5,
  /** Threads that have started. */
  ready: 6,
  /** Addresses of jobs, one for each thread; the first is the caller's. */
  jobs: 8,
} as const;
export const SCAN_TASK = 0;
export const REFINE_TASK = 1;

/** The first slab of the i-th of `count` ranges. */
export function rangeStart(index: number, count: number, slabCount: number): number {
  return Math.floor((index * slabCount) / count);
}

/** Runs all on this thread. */
export function soloCrew({ kernel }: KernelInMemory): ScanCrew {
  return {
    size: 1,
    attach: () => undefined,
    jobsFor: () => 1,
    scan: ([job], slabTable, slabCount) => {
      if (job !== undefined) kernel.scan(job, slabTable, 0, slabCount);
    },
    refine: ([job]) => {
      if (job !== undefined) kernel.refine(job);
    },
    close: () => undefined,
  };
}
