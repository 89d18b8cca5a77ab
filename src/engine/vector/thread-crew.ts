import {
  runShare,
  SHARE,
  SHARE_BYTES,
  REFINE_TASK,
  ROWS_PER_PIECE,
  SCAN_TASK,
  SLABS_PER_PIECE,
} from './shared-work.ts';
import { soloCrew, type RowsToScore, type ScanCrew } from './scan-crew.ts';
import { SoonerWay } from './sooner-way.ts';
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

const MOST_THREADS = 8;
/** Codes of fewer bytes are scanned in less time than it takes to wake a thread and to wait for it: half a millisecond. */
const FEWEST_BYTES = 8 * 2 ** 20;
/** The caller looks so long whether the threads are done before it sleeps: they mostly are at the same time. */
const CALLER_SPINS_MS = 0.2;
/** A thread looks so long for the next order before it sleeps: the second stage follows soon after the first. */
const THREAD_SPINS_MS = 0.3;
/** Between two looks at the clock: a microsecond or two. */
const SPINS = 1000;
/** Fewer rows are scored in less time than others take to notice. */
const FEWEST_ROWS = 256;
/** A thread that takes longer has died. */
const PATIENCE_MS = 5_000;

/**
 * Splits searches over threads that share the memory. An order is given and awaited through the memory itself, without a
 * message, and threads take pieces of it as they get on: one that wakes late, or is slowed down, keeps nobody waiting for
 * more than a piece. Threads are started by the first search that is worth it and join in once they are there. Until then,
 * when one of them dies, and while that is sooner because others use the cores, the caller does everything. Only for
 * threads that may block, hence not a page's.
 */
export class ThreadCrew implements ScanCrew {
  readonly size: number;
  readonly #kernel: KernelInMemory & { readonly memory: WebAssembly.Memory };
  readonly #spawn: () => ScanThread;
  readonly #fewestBytes: number;
  readonly #solo: ScanCrew;
  #threads: ScanThread[] | undefined;
  #control = 0;
  #words = new Int32Array(0) as Int32Array;
  #hasFailed = false;
  readonly #sooner = new SoonerWay();
  #isAlone = false;

  /** `threadCount` includes the caller. Scans of fewer than `fewestBytes` are not split. */
  constructor(
    kernel: KernelInMemory & { readonly memory: WebAssembly.Memory },
    threadCount: number,
    spawn: () => ScanThread,
    fewestBytes = FEWEST_BYTES,
  ) {
    this.size = Math.max(1, Math.min(threadCount, MOST_THREADS));
    this.#kernel = kernel;
    this.#spawn = spawn;
    this.#fewestBytes = fewestBytes;
    this.#solo = soloCrew(kernel);
  }

  expect(byteCount: number): void {
    if (this.jobsFor(byteCount) === 1) return;
    this.#isAlone = this.#sooner.choose() === 'alone';
    if (this.#isAlone) return;
    // An order of no pieces: it takes a sleeping thread longer to get up than to look whether there is any work.
    Atomics.add(this.#words, SHARE.order, 1);
    Atomics.notify(this.#words, SHARE.order);
  }

  attach(control: number): void {
    this.#control = control;
    this.#words = new Int32Array(this.#kernel.memory.buffer, control, SHARE_BYTES / 4);
  }

  jobsFor(byteCount: number): number {
    if (byteCount < this.#fewestBytes || this.size === 1 || this.#hasFailed) return 1;
    this.#threads ??= this.#start();
    // Places are given in turn, and a later thread may be there before an earlier one: all or none.
    return Atomics.load(this.#words, SHARE.ready) === this.size - 1 ? this.size : 1;
  }

  scan(jobs: readonly number[], slabTable: number, slabCount: number): boolean {
    const startedAt = performance.now();
    const isDone = this.#scan(jobs, slabTable, slabCount);
    const way = this.#isAlone ? 'alone' : 'together';
    if (jobs.length > 1) this.#sooner.note(way, (performance.now() - startedAt) / slabCount);
    return isDone;
  }

  #scan(jobs: readonly number[], slabTable: number, slabCount: number): boolean {
    if (jobs.length === 1 || this.#isAlone) return this.#solo.scan(jobs, slabTable, slabCount);
    this.#words[SHARE.task] = SCAN_TASK;
    this.#words[SHARE.slabTable] = slabTable;
    this.#words[SHARE.count] = slabCount;
    return this.#run(jobs, Math.ceil(slabCount / SLABS_PER_PIECE));
  }

  refine(jobs: readonly number[], rows: RowsToScore): boolean {
    if (jobs.length === 1 || this.#isAlone || rows.count < FEWEST_ROWS) return this.#solo.refine(jobs, rows);
    this.#words[SHARE.task] = REFINE_TASK;
    this.#words[SHARE.rows] = rows.rows;
    this.#words[SHARE.scores] = rows.scores;
    this.#words[SHARE.count] = rows.count;
    return this.#run(jobs, Math.ceil(rows.count / ROWS_PER_PIECE));
  }

  close(): void {
    for (const thread of this.#threads ?? []) thread.terminate();
    this.#threads = [];
    this.#hasFailed = true;
  }

  #run(jobs: readonly number[], pieces: number): boolean {
    const words = this.#words;
    words.set(jobs, SHARE.jobs);
    words[SHARE.pieces] = pieces;
    Atomics.store(words, SHARE.left, pieces);
    Atomics.add(words, SHARE.order, 1);
    Atomics.notify(words, SHARE.order);
    runShare(this.#kernel.kernel, this.#kernel.memory, words, 0);
    const isDone = this.#areDone();
    if (!isDone) this.close();
    return isDone;
  }

  /** Waits until no thread has a piece any more; false if one still has after all this time. */
  #areDone(): boolean {
    const words = this.#words;
    if (spinUntil(CALLER_SPINS_MS, () => Atomics.load(words, SHARE.active) === 0)) return true;
    const deadline = performance.now() + PATIENCE_MS;
    for (;;) {
      const active = Atomics.load(words, SHARE.active);
      if (active === 0) return true;
      const timeLeft = deadline - performance.now();
      if (timeLeft <= 0) return false;
      Atomics.wait(words, SHARE.active, active, timeLeft);
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

/** Whether it became true within so many milliseconds of looking. */
function spinUntil(ms: number, isTrue: () => boolean): boolean {
  const startedAt = performance.now();
  do {
    for (let spin = 0; spin < SPINS; spin++) if (isTrue()) return true;
  } while (performance.now() - startedAt < ms);
  return false;
}

/** What a thread of the crew does, until it is terminated: waits for orders, and never returns. */
export function serveScans({ memory, control, place }: ScanThreadStart): never {
  const kernel = simdKernel(memory);
  const words = new Int32Array(memory.buffer, control, SHARE_BYTES / 4);
  let seen = Atomics.load(words, SHARE.order);
  Atomics.add(words, SHARE.ready, 1);
  for (;;) {
    if (!spinUntil(THREAD_SPINS_MS, () => Atomics.load(words, SHARE.order) !== seen))
      Atomics.wait(words, SHARE.order, seen);
    const order = Atomics.load(words, SHARE.order);
    if (order === seen) continue;
    seen = order;
    Atomics.add(words, SHARE.active, 1);
    runShare(kernel, memory, words, place);
    if (Atomics.sub(words, SHARE.active, 1) === 1) Atomics.notify(words, SHARE.active);
  }
}
