import {
  CONTROL,
  CONTROL_BYTES,
  MOST_THREADS,
  rangeStart,
  REFINE_TASK,
  SCAN_TASK,
  soloCrew,
  type ScanCrew,
} from './scan-crew.ts';
import { simdKernel, type KernelInMemory } from './wasm-kernel.ts';

/** What a thread is started with. */
export interface ScanThreadStart {
  readonly memory: WebAssembly.Memory;
  readonly control: number;
  /** Which of the crew it is, from 1: the caller is 0. */
  readonly place: number;
}

/** A thread that runs `serveScans` with what it is sent. */
export interface ScanThread {
  start(start: ScanThreadStart): void;
  terminate(): void;
}

/** Below so many slabs a search is over sooner than a thread is awake. */
const FEWEST_SLABS = 16;
/** Looks at the threads' counter this often before it sleeps: they are mostly done at the same time. */
const SPINS = 20_000;
/** A thread that takes longer has died. */
const PATIENCE_MS = 5_000;

/**
 * Splits searches over threads that share the memory. An order is given and awaited through the memory itself, without a
 * message. Threads are started by the first search that is worth it and join in once they are there; until then, and when one
 * of them dies, the caller does everything. Only for threads that may block, hence not a page's.
 */
export class ThreadCrew implements ScanCrew {
  readonly size: number;
  readonly #kernel: KernelInMemory & { readonly memory: WebAssembly.Memory };
  readonly #spawn: () => ScanThread;
  readonly #solo: ScanCrew;
  #threads: ScanThread[] | undefined;
  #control = 0;
  #words = new Int32Array(0) as Int32Array;
  #hasFailed = false;

  constructor(
    kernel: KernelInMemory & { readonly memory: WebAssembly.Memory },
    threadCount: number,
    spawn: () => ScanThread,
  ) {
    this.size = Math.max(1, Math.min(threadCount, MOST_THREADS));
    this.#kernel = kernel;
    this.#spawn = spawn;
    this.#solo = soloCrew(kernel);
  }

  attach(control: number): void {
    this.#control = control;
    this.#words = new Int32Array(this.#kernel.memory.buffer, control, CONTROL_BYTES / 4);
  }

  jobsFor(slabCount: number): number {
    if (slabCount < FEWEST_SLABS || this.size === 1 || this.#hasFailed) return 1;
    this.#threads ??= this.#start();
    // Places are given in turn, and a later thread may be there before an earlier one: all or none.
    return Atomics.load(this.#words, CONTROL.ready) === this.size - 1 ? this.size : 1;
  }

  scan(jobs: readonly number[], slabTable: number, slabCount: number): void {
    if (jobs.length === 1) {
      this.#solo.scan(jobs, slabTable, slabCount);
      return;
    }
    this.#words[CONTROL.slabTable] = slabTable;
    this.#words[CONTROL.slabCount] = slabCount;
    this.#run(SCAN_TASK, jobs, (job, place) => {
      const end = rangeStart(place + 1, jobs.length, slabCount);
      this.#kernel.kernel.scan(job, slabTable, rangeStart(place, jobs.length, slabCount), end);
    });
  }

  refine(jobs: readonly number[]): void {
    this.#run(REFINE_TASK, jobs, (job) => {
      this.#kernel.kernel.refine(job);
    });
  }

  close(): void {
    for (const thread of this.#threads ?? []) thread.terminate();
    this.#threads = [];
    this.#hasFailed = true;
  }

  #run(task: number, jobs: readonly number[], work: (job: number, place: number) => void): void {
    const [own] = jobs;
    if (own === undefined) return;
    if (jobs.length > 1) {
      const words = this.#words;
      words[CONTROL.task] = task;
      words[CONTROL.jobCount] = jobs.length;
      words.set(jobs, CONTROL.jobs);
      Atomics.store(words, CONTROL.pending, jobs.length - 1);
      Atomics.add(words, CONTROL.order, 1);
      Atomics.notify(words, CONTROL.order);
    }
    work(own, 0);
    if (jobs.length > 1 && !this.#areDone()) {
      this.close();
      jobs.slice(1).forEach((job, at) => {
        work(job, at + 1);
      });
    }
  }

  /** Waits until every thread has done its part; false if one has not in all this time. */
  #areDone(): boolean {
    const words = this.#words;
    for (let spin = 0; spin < SPINS; spin++) if (Atomics.load(words, CONTROL.pending) === 0) return true;
    const deadline = performance.now() + PATIENCE_MS;
    for (;;) {
      const pending = Atomics.load(words, CONTROL.pending);
      if (pending === 0) return true;
      const left = deadline - performance.now();
      if (left <= 0) return false;
      Atomics.wait(words, CONTROL.pending, pending, left);
    }
  }

  #start(): ScanThread[] {
    return Array.from({ length: this.size - 1 }, (_, at) => {
      const thread = this.#spawn();
      thread.start({ memory: this.#kernel.memory, control: this.#control, place: at + 1 });
      return thread;
    });
  }
}

/** What a thread of the crew does, until it is terminated: waits for orders, and never returns. */
export function serveScans({ memory, control, place }: ScanThreadStart): never {
  const kernel = simdKernel(memory);
  const words = new Int32Array(memory.buffer, control, CONTROL_BYTES / 4);
  let seen = Atomics.load(words, CONTROL.order);
  Atomics.add(words, CONTROL.ready, 1);
  for (;;) {
    Atomics.wait(words, CONTROL.order, seen);
    const order = Atomics.load(words, CONTROL.order);
    if (order === seen) continue;
    seen = order;
    const count = words[CONTROL.jobCount]!;
    const job = words[CONTROL.jobs + place]!;
    if (words[CONTROL.task] === SCAN_TASK) {
      const slabCount = words[CONTROL.slabCount]!;
      const end = rangeStart(place + 1, count, slabCount);
      kernel.scan(job, words[CONTROL.slabTable]!, rangeStart(place, count, slabCount), end);
    } else {
      kernel.refine(job);
    }
    Atomics.sub(words, CONTROL.pending, 1);
    Atomics.notify(words, CONTROL.pending);
  }
}
