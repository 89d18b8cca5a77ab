import type { KernelInMemory } from './wasm-kernel.ts';

/** Which rows to score, and where their scores go: addresses, of 32-bit numbers and floats. */
export interface RowsToScore {
  readonly rows: number;
  readonly scores: number;
  readonly count: number;
}

/** Runs jobs of the kernels: on this thread, or on several. Jobs are addresses, see scan-job.ts and refine-job.ts. */
export interface ScanCrew {
  /** The most jobs that run at a time. */
  readonly size: number;
  /** Gives the crew memory of its own, `CONTROL_BYTES` long, before anything else. */
  attach(control: number): void;
  /** A scan of so many bytes is about to be asked for: who sleeps should get up. */
  expect(byteCount: number): void;
  /** How many jobs a scan of so many bytes is to be split into, here and now. */
  jobsFor(byteCount: number): number;
  /**
   * Scans all slabs of a table. Each job's list has some of the rows afterwards, in their order. False where a thread has
   * died: then nothing is known, and `jobsFor` says 1 from now on.
   */
  scan(jobs: readonly number[], slabTable: number, slabCount: number): boolean;
  /** Runs `kernel.refine` over the rows, of which the jobs share out as many as each can do. False as above. */
  refine(jobs: readonly number[], rows: RowsToScore): boolean;
  /** Ends the threads. */
  close(): void;
}

/** Runs all on this thread. */
export function soloCrew({ kernel, memory }: KernelInMemory): ScanCrew {
  return {
    size: 1,
    attach: () => undefined,
    expect: () => undefined,
    jobsFor: () => 1,
    scan: ([job], slabTable, slabCount) => {
      if (job !== undefined) kernel.scan(job, slabTable, 0, slabCount);
      return true;
    },
    refine: ([job], { rows, scores, count }) => {
      if (job === undefined) return true;
      new Int32Array(memory.buffer, job, 3).set([rows, count, scores]);
      kernel.refine(job);
      return true;
    },
    close: () => undefined,
  };
}
