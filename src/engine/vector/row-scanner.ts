import { quantiseQuery, REFINE_JOB, REFINE_JOB_BYTES } from './refine-job.ts';
import type { RowStore } from './row-store.ts';
import { NO_THRESHOLD, SCAN_JOB, SCAN_JOB_BYTES, ScanPlanner, type ScanPlan } from './scan-job.ts';
import type { ScanCrew } from './scan-crew.ts';
import { SHARE_BYTES } from './shared-work.ts';
import { LIVE_BYTES, SLAB_ROWS } from './slab-layout.ts';
import type { KernelInMemory } from './wasm-kernel.ts';

/** Room for new entries of a list beside those that are kept. */
const LIST_ROOM = 1024;
const HISTOGRAM_BYTES = 1024;
const SCORE_BYTES = 32;
/** One in so many rows is scanned first, from so many rows on, to know the threshold from the start. */
const SAMPLES = [
  { fromSlabs: 200, stride: 64 },
  { fromSlabs: 16, stride: 32 },
] as const;

/** Of the sample, so many more are scored than the place of which the score is sought. */
const MORE_OF_SAMPLE = 6;

/** A block of memory that grows by being taken anew. */
interface Region {
  at: number;
  size: number;
}

/** What the first stage found: rows in ascending order with their scores by the code. */
export interface ScannedRows {
  readonly rows: Uint32Array;
  readonly scores: Int32Array;
  /** Every row with a higher score is among them. */
  readonly floor: number;
  /** See `ScanPlan.scoreUnit`. */
  readonly scoreUnit: number;
}

/** A query as the second stage uses it. */
export interface RefineQuery {
  readonly query: Float32Array;
  /** By what dot products are multiplied. */
  readonly unit: number;
  /** What a step of a row's factor stands for, where the code alone has to do. */
  readonly factorUnit: number;
}

/** What is sought, where it is known how wrong codes may be: see `RowScanner.list`. */
export interface Expectation {
  /** So many rows are sought. */
  readonly k: number;
  /** The score by code, in units of `scoreUnit`, that rows in doubt exceed if the last of those sought has this score. */
  readonly leastFor: (score: number, scoreUnit: number) => number;
}

/** All stages of a search over the rows of a store. Nothing is allocated per query but the results. */
export class RowScanner {
  readonly #store: RowStore;
  readonly #kernel: KernelInMemory;
  readonly #crew: ScanCrew;
  readonly #planner: ScanPlanner;
  readonly #jobs: readonly number[];
  readonly #refineJobs: readonly number[];
  readonly #luts: number;
  readonly #query: number;
  readonly #floatQuery: number;
  readonly #scratches: readonly number[];
  readonly #histograms: readonly number[];
  readonly #lists: readonly Region[];
  readonly #merged: Region = { at: 0, size: 0 };
  readonly #rows: Region = { at: 0, size: 0 };
  readonly #scores: Region = { at: 0, size: 0 };
  readonly #accept: Region = { at: 0, size: 0 };

  /** The query that is in memory as integers: a search scores rows for it more than once. */
  #quantised: RefineQuery | undefined;
  #queryUnit = 0;

  constructor(store: RowStore, kernel: KernelInMemory, crew: ScanCrew) {
    this.#store = store;
    this.#kernel = kernel;
    this.#crew = crew;
    crew.attach(store.reserve(SHARE_BYTES));
    const { codeBytes, exactStride } = store.layout;
    const each = (size: number): number[] => Array.from({ length: crew.size }, () => store.reserve(size));
    this.#planner = new ScanPlanner(codeBytes);
    this.#jobs = each(SCAN_JOB_BYTES);
    this.#refineJobs = each(REFINE_JOB_BYTES);
    this.#scratches = each(codeBytes);
    this.#histograms = each(HISTOGRAM_BYTES + SCORE_BYTES);
    this.#lists = this.#jobs.map(() => ({ at: 0, size: 0 }));
    this.#luts = store.reserve(codeBytes * 32);
    this.#query = store.reserve(exactStride * 2);
    this.#floatQuery = store.reserve(exactStride * 4);
  }

  /** A bitmap over rows, all zeros, for `scan`. Void once the store has grown. */
  clearAcceptBits(): { readonly at: number; readonly bits: Uint8Array } {
    const size = this.#store.slabCount * LIVE_BYTES;
    const at = this.#grown(this.#accept, size);
    return { at, bits: this.#store.bytes.subarray(at, at + size).fill(0) };
  }

  /**
   * First stage: the `keep` live rows whose codes promise most, in ascending order; fewer where there are fewer. With
   * `accept`, the address of a bitmap over rows, only rows whose bit is set; with `above`, only rows with a higher score.
   */
  scan(query: Float32Array, keep: number, accept: number, above = NO_THRESHOLD): ScannedRows {
    const plan = this.#prepare(query, keep, accept);
    const threshold = above === NO_THRESHOLD ? this.#expectedThreshold(keep) : above;
    let jobs = this.#run(threshold);
    // The sample may have promised too much.
    if (threshold !== above && this.#listed(jobs) < keep) jobs = this.#run(above);
    return this.#merge(jobs, keep, plan);
  }

  /**
   * The same for about `usual` of the best rows, fewer where a sample tells that fewer are in doubt, but not fewer than
   * `least`.
   */
  list(asked: RefineQuery, usual: number, least: number, accept: number, expected: Expectation): ScannedRows {
    const plan = this.#prepare(asked.query, usual, accept);
    let threshold = this.#expectedThreshold(usual);
    if (threshold !== NO_THRESHOLD) {
      threshold = Math.max(threshold, this.#sampledThreshold(asked, expected, plan.scoreUnit));
    }
    let jobs = this.#run(threshold);
    if (threshold !== NO_THRESHOLD && this.#listed(jobs) < least) jobs = this.#run(NO_THRESHOLD);
    return this.#merge(jobs, undefined, plan);
  }

  #prepare(query: Float32Array, keep: number, accept: number): ScanPlan {
    this.#crew.expect(this.#store.slabCount * this.#store.layout.codeSlabBytes);
    const plan = this.#planner.plan(query);
    const capacity = 2 * keep + LIST_ROOM;
    for (const list of this.#lists) this.#grown(list, capacity * 8);
    this.#store.bytes.set(plan.luts, this.#luts);
    const { words } = this.#store;
    this.#jobs.forEach((job, index) => {
      const at = job / 4;
      words[at + SCAN_JOB.luts] = this.#luts;
      words[at + SCAN_JOB.codeBytes] = this.#store.layout.codeBytes;
      words[at + SCAN_JOB.bias] = plan.bias;
      words[at + SCAN_JOB.shift] = plan.shift;
      words[at + SCAN_JOB.list] = this.#lists[index]!.at;
      words[at + SCAN_JOB.capacity] = capacity;
      words[at + SCAN_JOB.keep] = keep;
      words[at + SCAN_JOB.accept] = accept;
      words[at + SCAN_JOB.histogram] = this.#histograms[index]!;
      words[at + SCAN_JOB.scores] = this.#histograms[index]! + HISTOGRAM_BYTES;
      words[at + SCAN_JOB.stride] = 1;
    });
    return plan;
  }

  /** Scans all rows for those above the threshold, and returns the jobs that have them. */
  #run(threshold: number): readonly number[] {
    const { words, codeSlabs, slabCount, layout } = this.#store;
    for (;;) {
      const jobs = this.#jobs.slice(0, this.#crew.jobsFor(slabCount * layout.codeSlabBytes));
      for (const job of jobs) {
        words[job / 4 + SCAN_JOB.length] = 0;
        words[job / 4 + SCAN_JOB.threshold] = threshold;
      }
      if (this.#crew.scan(jobs, codeSlabs, slabCount)) return jobs;
    }
  }

  #listed(jobs: readonly number[]): number {
    return jobs.reduce((sum, job) => sum + this.#store.words[job / 4 + SCAN_JOB.length]!, 0);
  }

  /**
   * Second stage: the dot products of the query with these rows; by the exact row where there is one, else estimated from its
   * code. Valid until the next call.
   */
  refine(asked: RefineQuery, rows: Uint32Array): Float32Array {
    const { exactStride } = this.#store.layout;
    const rowsAt = this.#grown(this.#rows, rows.length * 4, rows);
    const scoresAt = this.#grown(this.#scores, rows.length * 4);
    const { buffer } = this.#store.bytes;
    if (asked !== this.#quantised) {
      this.#queryUnit = quantiseQuery(asked.query, new Int16Array(buffer, this.#query, exactStride)) * asked.unit;
      this.#quantised = asked;
    }
    const words = new Int32Array(buffer);
    const floats = new Float32Array(buffer);
    const work = { rows: rowsAt, scores: scoresAt, count: rows.length };
    for (;;) {
      const jobs = this.#refineJobs.slice(
        0,
        this.#crew.jobsFor(this.#store.slabCount * this.#store.layout.codeSlabBytes),
      );
      jobs.forEach((job, index) => {
        this.#describe(words, job / 4, index);
        floats[job / 4 + REFINE_JOB.queryUnit] = this.#queryUnit;
        floats[job / 4 + REFINE_JOB.factorUnit] = asked.factorUnit;
      });
      if (this.#crew.refine(jobs, work)) return new Float32Array(buffer, scoresAt, rows.length);
    }
  }

  /** Last stage: the same, with all the bits there are; NaN where they are not in memory. Valid until the next call. */
  refineFinest({ query, unit }: RefineQuery, rows: Uint32Array): Float32Array {
    const rowsAt = this.#grown(this.#rows, rows.length * 4, rows);
    const scoresAt = this.#grown(this.#scores, rows.length * 4);
    const { buffer } = this.#store.bytes;
    new Float32Array(buffer, this.#floatQuery, this.#store.layout.exactStride).set(query);
    const [job = 0] = this.#refineJobs;
    const words = new Int32Array(buffer);
    this.#describe(words, job / 4, 0);
    words[job / 4 + REFINE_JOB.rows] = rowsAt;
    words[job / 4 + REFINE_JOB.scores] = scoresAt;
    words[job / 4 + REFINE_JOB.count] = rows.length;
    new Float32Array(buffer)[job / 4 + REFINE_JOB.floatUnit] = unit;
    this.#kernel.kernel.refineFinest(job);
    return new Float32Array(buffer, scoresAt, rows.length);
  }

  #describe(words: Int32Array, at: number, index: number): void {
    const { codeBytes, exactStride, fineBytes } = this.#store.layout;
    words[at + REFINE_JOB.query] = this.#query;
    words[at + REFINE_JOB.codeSlabs] = this.#store.codeSlabs;
    words[at + REFINE_JOB.exactSlabs] = this.#store.exactSlabs;
    words[at + REFINE_JOB.codeBytes] = codeBytes;
    words[at + REFINE_JOB.stride] = exactStride;
    words[at + REFINE_JOB.scratch] = this.#scratches[index]!;
    words[at + REFINE_JOB.floatQuery] = this.#floatQuery;
    words[at + REFINE_JOB.fineBytes] = fineBytes;
  }

  /**
   * What a row must exceed so that somewhat more than `keep` do, judged from a sample: then few rows join the lists that are
   * dropped again.
   */
  #expectedThreshold(keep: number): number {
    const { slabCount, codeSlabs, words } = this.#store;
    const sample = SAMPLES.find(({ fromSlabs }) => slabCount >= fromSlabs);
    const [job = 0] = this.#jobs;
    const at = job / 4;
    if (sample === undefined || keep * 4 > slabCount * SLAB_ROWS) return NO_THRESHOLD;
    const expected = keep / sample.stride;
    const wanted = Math.ceil(expected + 4 * Math.sqrt(expected) + 4);
    words[at + SCAN_JOB.length] = 0;
    words[at + SCAN_JOB.threshold] = NO_THRESHOLD;
    words[at + SCAN_JOB.keep] = wanted;
    words[at + SCAN_JOB.stride] = sample.stride;
    this.#kernel.kernel.scan(job, codeSlabs, 0, slabCount);
    this.#kernel.kernel.keepBest(job);
    words[at + SCAN_JOB.keep] = keep;
    words[at + SCAN_JOB.stride] = 1;
    return words[at + SCAN_JOB.length]! < wanted ? NO_THRESHOLD : words[at + SCAN_JOB.threshold]! - 1;
  }

  /**
   * What rows in doubt exceed, judged by the true scores of the best of the sample that is listed: with all rows known, the
   * last of those sought will hardly be worse than the one at this place of the sample. Where it is, the caller scans again.
   */
  #sampledThreshold(asked: RefineQuery, { k, leastFor }: Expectation, scoreUnit: number): number {
    const { words, slabCount } = this.#store;
    const stride = SAMPLES.find(({ fromSlabs }) => slabCount >= fromSlabs)?.stride ?? 1;
    // Of the k sought, about so many are in the sample; hardly ever as many as `place`.
    const share = k / stride;
    const place = Math.ceil(share + 1.5 * Math.sqrt(share) + 0.8);
    const [job = 0] = this.#jobs;
    const listAt = words[job / 4 + SCAN_JOB.list]! / 4;
    const sampled = Array.from({ length: words[job / 4 + SCAN_JOB.length]! }, (_, at) => ({
      row: words[listAt + 2 * at]!,
      score: words[listAt + 2 * at + 1]!,
    }));
    const best = sampled.sort((left, right) => right.score - left.score).slice(0, place + MORE_OF_SAMPLE);
    if (best.length < place) return NO_THRESHOLD;
    const scores = this.refine(
      asked,
      Uint32Array.from(best, ({ row }) => row),
    );
    return Math.max(NO_THRESHOLD, leastFor(scores.slice().sort()[scores.length - place]!, scoreUnit));
  }

  /** What is in the jobs' lists, in the order of rows; only the best `keep`, if that is given. */
  #merge(jobs: readonly number[], keep: number | undefined, { scoreUnit }: ScanPlan): ScannedRows {
    const [first = 0] = jobs;
    let listAt = this.#lists[0]!.at;
    if (jobs.length > 1) {
      listAt = this.#grown(this.#merged, this.#listed(jobs) * 8);
      const { words } = this.#store;
      const floor = Math.max(...jobs.map((job) => words[job / 4 + SCAN_JOB.threshold]!));
      words[first / 4 + SCAN_JOB.length] = mergeLists(words, jobs, listAt);
      words[first / 4 + SCAN_JOB.threshold] = floor;
      words[first / 4 + SCAN_JOB.list] = listAt;
    }
    if (keep !== undefined) this.#kernel.kernel.keepBest(first);
    const { words } = this.#store;
    const rows = new Uint32Array(words[first / 4 + SCAN_JOB.length]!);
    const scores = new Int32Array(rows.length);
    for (let at = 0, from = listAt / 4; at < rows.length; at++, from += 2) {
      rows[at] = words[from]!;
      scores[at] = words[from + 1]!;
    }
    return { rows, scores, floor: words[first / 4 + SCAN_JOB.threshold]!, scoreUnit };
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

/** Puts the jobs' lists, each in the order of rows, into one in the order of rows, and returns its length. */
function mergeLists(words: Int32Array, jobs: readonly number[], mergedAt: number): number {
  const heads = jobs.map((job) => (words[job / 4 + SCAN_JOB.list]! >>> 0) / 4);
  const ends = jobs.map((job, index) => heads[index]! + 2 * words[job / 4 + SCAN_JOB.length]!);
  let to = mergedAt / 4;
  for (;;) {
    let best = -1;
    for (let index = 0; index < jobs.length; index++) {
      if (heads[index]! < ends[index]! && (best < 0 || words[heads[index]!]! < words[heads[best]!]!)) best = index;
    }
    if (best < 0) return (to - mergedAt / 4) / 2;
    words[to++] = words[heads[best]!]!;
    words[to++] = words[heads[best]! + 1]!;
    heads[best]! += 2;
  }
}
