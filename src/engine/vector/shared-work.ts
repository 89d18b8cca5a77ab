import type { KernelMemory, VectorKernel } from './vector-kernel.ts';

/** Words of the memory through which threads share out work. */
export const SHARE = {
  /** Counts orders; threads wait for it to change. */
  order: 0,
  /** Threads, besides the caller, that are at an order. */
  active: 1,
  /** Threads that have started. */
  ready: 2,
  /** Pieces of the order that nobody has taken yet; 0 or less: none. */
  left: 3,
  /** What follows is written while none are left, and read by who has taken one. */
  pieces: 4,
  /** 0: scan, 1: refine. */
  task: 5,
  /** Slabs or rows. */
  count: 6,
  slabTable: 7,
  rows: 8,
  scores: 9,
  /** Addresses of jobs, one for each thread; the first is the caller's. */
  jobs: 16,
} as const;
export const SHARE_BYTES = 128;
export const SCAN_TASK = 0;
export const REFINE_TASK = 1;
export const SLABS_PER_PIECE = 8;
export const ROWS_PER_PIECE = 64;

/**
 * Takes pieces of the order, from the first on, and does them, until there are none left. Only one number tells what is
 * left, so that whoever comes late cannot take a piece of one order for a piece of the next.
 */
export function runShare(kernel: VectorKernel, memory: KernelMemory, words: Int32Array, place: number): void {
  for (;;) {
    const left = Atomics.sub(words, SHARE.left, 1);
    if (left <= 0) return;
    const piece = words[SHARE.pieces]! - left;
    const count = words[SHARE.count]!;
    const job = words[SHARE.jobs + place]!;
    if (words[SHARE.task] === SCAN_TASK) {
      const first = piece * SLABS_PER_PIECE;
      kernel.scan(job, words[SHARE.slabTable]!, first, Math.min(count, first + SLABS_PER_PIECE));
    } else {
      const first = piece * ROWS_PER_PIECE;
      const share = Math.min(count - first, ROWS_PER_PIECE);
      const from = [words[SHARE.rows]! + first * 4, share, words[SHARE.scores]! + first * 4];
      new Int32Array(memory.buffer, job, from.length).set(from);
      kernel.refine(job);
    }
  }
}
