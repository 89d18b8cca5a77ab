import productCode from '../../../src/engine/kernels/gemm.wasm.ts';
import type { VectorSet } from './vector-contestant.ts';

/** Rows whose products with all queries are computed together, in memory of `Products`. */
const ROWS_AT_ONCE = 512;
/** Products in single precision choose so many more than are wanted; double precision decides among them. */
const MORE = 16;
const PAGE_BYTES = 65_536;
const LARGEST_PAGES = 65_536;

/** The `k` nearest rows of each query by the dot product of floats, nearest first: what is true. */
export function exactNeighbours(vectors: VectorSet, queries: VectorSet, k: number): Int32Array {
  const { rows, count, dimensions } = vectors;
  const chosen = Math.min(k + MORE, count);
  const near = new NearestLists(queries.count, chosen);
  const products = new Products(queries);
  for (let first = 0; first < count; first += ROWS_AT_ONCE) {
    const some = Math.min(ROWS_AT_ONCE, count - first);
    const scores = products.of(rows.subarray(first * dimensions, (first + some) * dimensions), some);
    for (let row = 0, at = 0; row < some; row++, at += products.columns - queries.count) {
      for (let query = 0; query < queries.count; query++) near.offer(query, first + row, scores[at++]!);
    }
  }
  const exact = new NearestLists(queries.count, k);
  for (let query = 0; query < queries.count; query++) {
    // In the order of rows, so that the first of equals comes first.
    for (const row of near.rows
      .subarray(query * chosen, (query + 1) * chosen)
      .slice()
      .sort()) {
      if (row >= 0) exact.offer(query, row, dot(vectors, row, queries, query));
    }
  }
  return exact.rows;
}

/** The share of the true nearest that were found, over `count` queries from the query `first` on. */
export function recallOf(found: Int32Array, truth: Int32Array, first: number, count: number, k: number): number {
  let hits = 0;
  for (let query = 0; query < count; query++) {
    const wanted = new Set(truth.subarray((first + query) * k, (first + query + 1) * k));
    for (let rank = 0; rank < k; rank++) if (wanted.delete(found[query * k + rank]!)) hits++;
  }
  return hits / (count * k);
}

/** For each query the rows with the highest scores, highest first; −1 where there are fewer. */
class NearestLists {
  readonly rows: Int32Array;
  readonly #scores: Float64Array;
  readonly #length: number;

  constructor(queryCount: number, length: number) {
    this.rows = new Int32Array(queryCount * length).fill(-1);
    this.#scores = new Float64Array(queryCount * length).fill(-Infinity);
    this.#length = length;
  }

  offer(query: number, row: number, score: number): void {
    const start = query * this.#length;
    let at = start + this.#length - 1;
    if (score <= this.#scores[at]!) return;
    for (; at > start && score > this.#scores[at - 1]!; at--) {
      this.#scores[at] = this.#scores[at - 1]!;
      this.rows[at] = this.rows[at - 1]!;
    }
    this.#scores[at] = score;
    this.rows[at] = row;
  }
}

function dot(vectors: VectorSet, row: number, queries: VectorSet, query: number): number {
  const { dimensions } = vectors;
  let sum = 0;
  for (let at = 0; at < dimensions; at++) {
    sum += vectors.rows[row * dimensions + at]! * queries.rows[query * dimensions + at]!;
  }
  return sum;
}

/** Products of rows with all queries, by the kernel that multiplies matrices. */
class Products {
  /** Floats that each row's products take up: the queries', then some without meaning. */
  readonly columns: number;
  readonly #multiply: (...values: number[]) => void;
  readonly #floats: Float32Array;
  readonly #dimensions: number;
  readonly #rightAt: number;
  readonly #resultAt: number;
  readonly #packAt: number;

  constructor({ rows, count, dimensions }: VectorSet) {
    this.columns = Math.ceil(count / 8) * 8;
    this.#dimensions = dimensions;
    this.#rightAt = ROWS_AT_ONCE * dimensions;
    this.#resultAt = this.#rightAt + dimensions * this.columns;
    this.#packAt = this.#resultAt + ROWS_AT_ONCE * this.columns;
    const memory = new WebAssembly.Memory({ initial: 1, maximum: LARGEST_PAGES, shared: true });
    const code = Uint8Array.from(atob(productCode), (character) => character.charCodeAt(0));
    const { exports } = new WebAssembly.Instance(new WebAssembly.Module(code), { env: { memory } });
    this.#multiply = exports['multiply'] as (...values: number[]) => void;
    const packBytes = (exports['packBytes'] as (columns: number) => number)(this.columns);
    memory.grow(Math.ceil((this.#packAt * 4 + packBytes) / PAGE_BYTES));
    this.#floats = new Float32Array(memory.buffer);
    // A column for each query.
    for (let query = 0; query < count; query++) {
      for (let at = 0; at < dimensions; at++) {
        this.#floats[this.#rightAt + at * this.columns + query] = rows[query * dimensions + at]!;
      }
    }
  }

  /** The products of up to `ROWS_AT_ONCE` rows, row after row. Valid until the next call. */
  of(rows: Float32Array, count: number): Float32Array {
    this.#floats.set(rows);
    const [right, result, pack] = [this.#rightAt * 4, this.#resultAt * 4, this.#packAt * 4];
    const even = Math.ceil(count / 4) * 4;
    this.#multiply(0, this.#dimensions, 1, right, result, 0, even, this.columns, this.#dimensions, pack);
    return this.#floats.subarray(this.#resultAt, this.#resultAt + count * this.columns);
  }
}
