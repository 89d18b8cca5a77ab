import { expose } from 'comlink';
import { wasmMemoryBytes, watchWasmMemory } from './wasm-memory.ts';

/** `count` L2-normalised rows of `dimensions`, one after the other, in memory that all workers share. */
export interface VectorSet {
  readonly rows: Float32Array;
  readonly count: number;
  readonly dimensions: number;
}

/** One way to find the nearest vectors by cosine. It keeps what it needs of the rows in memory of its own. */
export interface VectorContestant {
  /** Settings of what trades speed for recall, from fast to thorough; 0 leaves it to the library. */
  readonly efforts: readonly number[];
  /** What an effort is called by its library, as `ef` or `candidates`. */
  readonly effortName?: string;
  build(vectors: VectorSet): void | Promise<void>;
  /** The row numbers of the `k` nearest, nearest first. */
  search(query: Float32Array, k: number, effort: number): ArrayLike<number> | Promise<ArrayLike<number>>;
  /** What it says that it holds, when neither the heap nor WebAssembly memory of its worker tells. */
  memoryBytes?(): number;
  /** Words about how it was set up. */
  readonly note?: string;
}

export type VectorContestants = Readonly<Record<string, (siteUrl: string) => Promise<VectorContestant>>>;

export interface BuiltContestant {
  readonly buildMs: number;
  readonly efforts: readonly number[];
  readonly effortName?: string;
  /** Growth of WebAssembly memory in building. */
  readonly wasmBytes: number;
  readonly saidBytes?: number;
  readonly note?: string;
}

export interface Answers {
  /** Milliseconds of each search, the transport to and from the worker not counted. */
  readonly searchMs: readonly number[];
  /** `k` row numbers for each query; −1 where there were fewer. */
  readonly rows: Int32Array;
}

export interface ContestantApi {
  /** Loads the contestant's code; what that takes is not counted. */
  open(name: string, siteUrl: string): Promise<void>;
  build(vectors: VectorSet): Promise<BuiltContestant>;
  /** Searches for the queries `first` … `first + count − 1` of `queries`, one after the other. */
  ask(queries: VectorSet, first: number, count: number, k: number, effort: number): Promise<Answers>;
}

/** Runs contestants in this worker, one per worker. */
export function serveContestants(contestants: VectorContestants): void {
  watchWasmMemory();
  let contestant: VectorContestant | undefined;
  const api: ContestantApi = {
    async open(name, siteUrl) {
      const create = contestants[name];
      if (create === undefined) throw new Error(`There is no ${name}.`);
      contestant = await create(siteUrl);
    },
    async build(vectors) {
      if (contestant === undefined) throw new Error('Nothing was opened.');
      const before = wasmMemoryBytes();
      const startedAt = performance.now();
      await contestant.build(vectors);
      const buildMs = performance.now() - startedAt;
      const { efforts, effortName, note } = contestant;
      const saidBytes = contestant.memoryBytes?.();
      return {
        buildMs,
        efforts,
        wasmBytes: wasmMemoryBytes() - before,
        ...(effortName !== undefined && { effortName }),
        ...(saidBytes !== undefined && { saidBytes }),
        ...(note !== undefined && { note }),
      };
    },
    async ask({ rows, dimensions }, first, count, k, effort) {
      if (contestant === undefined) throw new Error('Nothing was opened.');
      const searchMs: number[] = [];
      const found = new Int32Array(count * k).fill(-1);
      for (let at = 0; at < count; at++) {
        const start = (first + at) * dimensions;
        const query = rows.slice(start, start + dimensions);
        const startedAt = performance.now();
        const answer = contestant.search(query, k, effort);
        // A library that answers at once is not made to wait for a turn of the event loop.
        const nearest = answer instanceof Promise ? await answer : answer;
        searchMs.push(performance.now() - startedAt);
        for (let rank = 0; rank < Math.min(k, nearest.length); rank++) found[at * k + rank] = nearest[rank] ?? -1;
      }
      return { searchMs, rows: found };
    },
  };
  expose(api);
}
