import { quantiseQuery, REFINE_JOB, REFINE_JOB_BYTES } from './refine-job.ts';
import type { RowStore } from './row-store.ts';
import { NO_THRESHOLD, planScan, SCAN_JOB, SCAN_JOB_BYTES } from './scan-job.ts';
import { CONTROL_BYTES, type ScanCrew } from './scan-crew.ts';
import { LIVE_BYTES } from './slab-layout.ts';
import type { KernelInMemory } from './wasm-kernel.ts';

/**
 * Standard deviations by which a row may lag behind after a part of its code before it is given up; from
 * `npm run sweep` (docs/sweep.md).
 */
const SLACK = 3;
/** Room for new entries of a list beside those that are kept. */
const LIST_ROOM = 1024;
const HISTOGRAM_BYTES = 1024;
const SCORE_BYTES = 32;

/** A block of memory that grows by being taken anew. */
interface Region {
  at: number;
  size: number;
}

/** Both stages of a search over the rows of a store. Nothing is allocated per query but the results. */
export class RowScanner {
  readonly #store: RowStore;
  readonly #kernel: KernelInMemory;
  readonly #crew: ScanCrew;
  readonly #jobs: readonly number[];
  readonly #refineJobs: readonly number[];
  readonly #luts: number;
  readonly #query: number;
  readonly #scratches: readonly number[];
  readonly #histograms: readonly number[];
  readonly #lists: readonly Region[];
  readonly #rows: Region = { at: 0, size: 0 };
  readonly #scores: Region = { at: 0, size: 0 };
  readonly #accept: Region = { at: 0, size: 0 };
  #slack = SLACK;

  constructor(store: RowStore, kernel: KernelInMemory, crew: ScanCrew) {
    this.#store = store;
    this.#kernel = kernel;
    this.#crew = crew;
    crew.attach(store.reserve(CONTROL_BYTES));
    const { codeBytes, exactStride } = store.layout;
    const each = (size: number): number[] => Array.from({ length: crew.size }, () => store.reserve(size));
    this.#jobs = each(SCAN_JOB_BYTES);
    this.#refineJobs = each(REFINE_JOB_BYTES);
    this.#scratches = each(codeBytes);
    this.#histograms = each(HISTOGRAM_BYTES + SCORE_BYTES);
    this.#lists = this.#jobs.map(() => ({ at: 0, size: 0 }));
    this.#luts = store.reserve(codeBytes * 32);
    this.#query = store.reserve(exactStride * 2);
  }

  /** For measurements: gives rows up after a part of their code later or sooner than is the rule. */
  set slack(deviations: number) {
    this.#slack = deviations;
  }

  /** A bitmap over rows, all zeros, for `scan`. Void once the store has grown. */
  clearAcceptBits(): { readonly at: number; readonly bits: Uint8Array } {
    const size = this.#store.slabCount * LIVE_BYTES;
    const at = this.#grown(this.#accept, size);
    return { at, bits: this.#store.bytes.subarray(at, at + size).fill(0) };
  }

  /**
   * First stage: the `keep` live rows whose codes promise most, in ascending order; fewer where there are fewer. With
   * `accept`, the address of a bitmap over rows, only rows whose bit is set. Valid until the next call.
   */
  scan(query: Float32Array, keep: number, accept: number): Uint32Array {
    const { stages } = this.#store.layout;
    const plan = planScan(query, stages, this.#slack);
    const capacity = 2 * keep + LIST_ROOM;
    const jobs = this.#jobs.slice(0, this.#crew.jobsFor(this.#store.slabCount));
    this.#lists.slice(0, jobs.length).forEach((list) => this.#grown(list, capacity * 8));
    if (jobs.length > 1) this.#grown(this.#rows, keep * jobs.length * 8);
    this.#store.bytes.set(plan.luts, this.#luts);
    const { buffer } = this.#store.bytes;
    jobs.forEach((job, index) => {
      const words = new Int32Array(buffer, job, SCAN_JOB_BYTES / 4);
      const floats = new Float32Array(buffer, job, SCAN_JOB_BYTES / 4);
      words[SCAN_JOB.luts] = this.#luts;
      words.set(stages, SCAN_JOB.stage0);
      words.set(plan.biases, SCAN_JOB.bias0);
      words[SCAN_JOB.shift] = plan.shift;
      floats.set(plan.shares, SCAN_JOB.share0);
      words[SCAN_JOB.list] = this.#lists[index]!.at;
      words[SCAN_JOB.capacity] = capacity;
      words[SCAN_JOB.keep] = keep;
      words[SCAN_JOB.length] = 0;
      words.fill(NO_THRESHOLD, SCAN_JOB.threshold, SCAN_JOB.limit1 + 1);
      words[SCAN_JOB.accept] = accept;
      words[SCAN_JOB.histogram] = this.#histograms[index]!;
      words[SCAN_JOB.scores] = this.#histograms[index]! + HISTOGRAM_BYTES;
    });
    this.#crew.scan(jobs, this.#store.codeSlabs, this.#store.slabCount);
    return this.#merged(jobs);
  }

  /**
   * Second stage: the dot products of the query with these rows, times `unit`; by the exact row where there is one, else
   * estimated from its code, for which `factorUnit` is what a step of a factor stands for. Valid until the next call.
   */
  refine(query: Float32Array, unit: number, factorUnit: number, rows: Uint32Array): Float32Array {
    const { stages, exactStride } = this.#store.layout;
    const rowsAt = this.#grown(this.#rows, rows.length * 4, rows);
    const scoresAt = this.#grown(this.#scores, rows.length * 4);
    const { buffer } = this.#store.bytes;
    const queryUnit = quantiseQuery(query, new Int16Array(buffer, this.#query, exactStride)) * unit;
    const jobs = this.#refineJobs.slice(0, this.#crew.jobsFor(this.#store.slabCount));
    const share = Math.ceil(rows.length / jobs.length);
    jobs.forEach((job, index) => {
      const words = new Int32Array(buffer, job, REFINE_JOB_BYTES / 4);
      const floats = new Float32Array(buffer, job, REFINE_JOB_BYTES / 4);
      const first = Math.min(index * share, rows.length);
      words[REFINE_JOB.rows] = rowsAt + first * 4;
      words[REFINE_JOB.count] = Math.min(share, rows.length - first);
      words[REFINE_JOB.scores] = scoresAt + first * 4;
      words[REFINE_JOB.query] = this.#query;
      words[REFINE_JOB.codeSlabs] = this.#store.codeSlabs;
      words[REFINE_JOB.exactSlabs] = this.#store.exactSlabs;
      words.set(stages, REFINE_JOB.stage0);
      words[REFINE_JOB.stride] = exactStride;
      floats[REFINE_JOB.queryUnit] = queryUnit;
      floats[REFINE_JOB.factorUnit] = factorUnit;
      words[REFINE_JOB.scratch] = this.#scratches[index]!;
    });
    this.#crew.refine(jobs);
    return new Float32Array(buffer, scoresAt, rows.length);
  }

  /** The best of all jobs' lists. */
  #merged(jobs: readonly number[]): Uint32Array {
    const { buffer } = this.#store.bytes;
    const [first = 0] = jobs;
    const target = new Int32Array(buffer, first, SCAN_JOB_BYTES / 4);
    if (jobs.length > 1) {
      // Ranges follow each other, so that the lists put together are in the order of rows again.
      let length = target[SCAN_JOB.length]!;
      const merged = this.#rows.at;
      const words = new Int32Array(buffer);
      words.copyWithin(merged / 4, target[SCAN_JOB.list]! >>> 2, (target[SCAN_JOB.list]! >>> 2) + length * 2);
      for (const job of jobs.slice(1)) {
        const other = new Int32Array(buffer, job, SCAN_JOB_BYTES / 4);
        const from = other[SCAN_JOB.list]! >>> 2;
        const count = other[SCAN_JOB.length]!;
        words.copyWithin(merged / 4 + length * 2, from, from + count * 2);
        length += count;
      }
      target[SCAN_JOB.list] = merged;
      target[SCAN_JOB.length] = length;
      this.#kernel.kernel.keepBest(first);
    }
    const entries = new Uint32Array(buffer, target[SCAN_JOB.list]! >>> 0, target[SCAN_JOB.length]! * 2);
    const rows = new Uint32Array(entries.length / 2);
    for (let at = 0; at < rows.length; at++) rows[at] = entries[at * 2]!;
    return rows;
  }

  #grown(region: Region, size: number, content?: Uint32Array): number {
    if (size > region.size) {
      // Room to spare, so that slightly larger queries find it large enough.
      region.size = Math.ceil(size * 1.5);
      region.at = this.#store.reserve(region.size);
    }
    if (content !== undefined) new Uint32Array(this.#store.bytes.buffer, region.at, content.length).set(content);
    return region.at;
  }
}
