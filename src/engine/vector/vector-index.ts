import { InvalidInputError, NotFoundError } from '../../domain/errors.ts';
import { NearestChunks, type VectorMatches } from './nearest-chunks.ts';
import { RowQuantiser } from './quantised-rows.ts';
import { RowScanner, type RefineQuery } from './row-scanner.ts';
import { soloCrew, type ScanCrew } from './scan-crew.ts';
import { RowStore } from './row-store.ts';
import { COSINE_FACTOR_RANGE, FACTOR_STEPS, factorUnit, storeFactors, weighRows, type Metric } from './row-weights.ts';
import { BLOCK_ROWS, roundUp } from './slab-layout.ts';
import { rowsOfOrdinal, rowStartsOf, VectorParts, type VectorPart } from './vector-parts.ts';
import { checkRowCounts, type ExactRows, type VectorCodes } from './segment-vectors.ts';
import { openKernel, type KernelKind } from './wasm-kernel.ts';

export interface VectorIndexOptions {
  readonly dimensions: number;
  readonly metric?: Metric;
  /**
   * Two more bits for each dimension, for the last stage: a quarter less memory without, and one in 200 of the nearest missed.
   * By default with.
   */
  readonly hasQuarters?: boolean;
  /** Which kernels to use; by default the fastest that run here. */
  readonly kernel?: KernelKind;
}

export interface VectorSearchOptions {
  /** Rows that the first stage hands to the second; by default all that could be among the nearest as far as their codes can tell. */
  readonly candidates?: number | undefined;
  /** Only chunks whose byte, at their key, is not 0; or the same for each part, by ordinal (`undefined`: all of it). */
  readonly accept?: Uint8Array | ((part: VectorPart) => Uint8Array | undefined) | undefined;
  /** Which of two keys with equal scores comes first; by default the smaller one. */
  readonly isBefore?: ((left: number, right: number) => boolean) | undefined;
}

/** The first row of a chunk as floats of about length 1; from its signs alone where the exact row is not there. */
export interface ChunkDirection {
  readonly values: Float32Array;
  readonly isExact: boolean;
}

/** Rows no longer in use are closed up once they are this share of all. */
const WASTED_SHARE = 1 / 3;
const FEWEST_WASTED = 4096;

/**
 * Nearest-neighbour search over the vectors of chunks. A chunk has one row or several, see `PassageVectors`, and its score is
 * `chunkScore` of its rows' cosines or dot products. All rows are scanned by their one-bit codes; the best
 * are scored again from rows of nine bits per dimension, and those near the top from eleven. Keys count chunks from 0 in the order of being added, and are not used again.
 */
export class VectorIndex {
  readonly dimensions: number;
  readonly metric: Metric;
  readonly #store: RowStore;
  readonly #scanner: RowScanner;
  readonly #chunks: NearestChunks;
  readonly #crew: ScanCrew;
  readonly #quantiser: RowQuantiser;
  readonly #parts = new VectorParts();
  /** The part that `add` goes on with. */
  #openPart: VectorPart | undefined;
  #nextKey = 0;
  #nextRow = 0;
  #liveRows = 0;
  #wastedRows = 0;
  #factorRange = COSINE_FACTOR_RANGE;
  /** Over all rows there ever were. */
  #meanSquareFactor = 0;
  #factorCount = 0;

  constructor(options: VectorIndexOptions, kernel = openKernel(options.kernel), crew: ScanCrew = soloCrew(kernel)) {
    const { dimensions, metric = 'cosine', hasQuarters = true } = options;
    if (!Number.isInteger(dimensions) || dimensions < 1 || dimensions > 4096) {
      throw new InvalidInputError('Embeddings must have between 1 and 4,096 dimensions.');
    }
    this.dimensions = dimensions;
    this.metric = metric;
    this.#store = new RowStore(dimensions, kernel, hasQuarters);
    this.#crew = crew;
    this.#scanner = new RowScanner(this.#store, kernel, crew);
    this.#chunks = new NearestChunks(this.#scanner, this.#parts, dimensions, metric);
    this.#quantiser = new RowQuantiser(kernel.kind);
  }

  /** Rows that can be found. */
  get rowCount(): number {
    return this.#liveRows;
  }

  /** Whether nothing has been added that was not taken out again as a whole. */
  get isEmpty(): boolean {
    return this.#parts.all.length === 0;
  }

  get memoryBytes(): number {
    let bookkeeping = 0;
    for (const { rowStarts } of this.#parts.all) bookkeeping += (rowStarts?.length ?? 0) * 8;
    return this.#store.memoryBytes + bookkeeping;
  }

  /** For measurements: how many standard deviations of a code's error count as doubt. */
  set doubt(deviations: number) {
    this.#chunks.doubt = deviations;
  }

  /**
   * Adds chunks with their rows, one each unless `rowCounts` says otherwise, and returns the key of the first. A row of
   * zeros is never found. Throws `InvalidInputError` on NaN, infinity, or where rows and counts do not add up; nothing has changed then.
   */
  add(rows: Float32Array, rowCounts?: Uint16Array): number {
    const quantised = this.#quantiser.quantise(rows, this.dimensions);
    if (rowCounts !== undefined) checkRowCounts(rowCounts, quantised.rowCount);
    const { factors, scales } = weighRows(quantised, this.dimensions, this.metric);
    if (this.metric === 'dot') this.#widenFactors(factors);
    const stored = storeFactors(factors, this.#factorRange);
    const chunkCount = rowCounts?.length ?? quantised.rowCount;
    const part = this.#partFor(rowCounts);
    const firstKey = part.firstKey + part.chunkCount;
    const firstRow = part.firstRow + part.rowCount;
    this.#store.writeCodes(firstRow, quantised.codes, stored);
    this.#store.writeExact(firstRow, { bytes: quantised.bytes, fine: quantised.fine, scales });
    if (part.rowStarts !== undefined) {
      for (const count of rowCounts ?? new Uint16Array(chunkCount).fill(1)) {
        part.rowStarts.push(part.rowStarts.at(-1)! + count);
      }
    }
    part.chunkCount += chunkCount;
    part.rowCount += quantised.rowCount;
    this.#nextKey += chunkCount;
    this.#nextRow = part.firstRow + part.rowCount;
    this.#countLive(stored);
    return firstKey;
  }

  /** Adds the chunks of a segment, which are searched by their codes alone until `setExact`. Cosine only. */
  addSegment(codes: VectorCodes): VectorPart {
    if (codes.dimensions !== this.dimensions || this.metric !== 'cosine') {
      throw new InvalidInputError('These embeddings do not fit the index; they have to be made again.');
    }
    this.#openPart = undefined;
    const part: VectorPart = {
      firstKey: this.#nextKey,
      chunkCount: codes.chunkCount,
      firstRow: roundUp(this.#nextRow, BLOCK_ROWS),
      rowCount: codes.rowCount,
      rowStarts: rowStartsOf(codes.rowCounts),
    };
    this.#store.writeCodes(part.firstRow, codes.codes, codes.factors);
    this.#parts.push(part);
    this.#nextKey += codes.chunkCount;
    this.#nextRow = part.firstRow + part.rowCount;
    this.#countLive(codes.factors);
    return part;
  }

  /** Brings in the exact rows of a part, or, without `exact`, lets go of them. */
  setExact(part: VectorPart, exact: ExactRows | undefined): void {
    if (exact === undefined) {
      this.#store.clearExact(part.firstRow, part.rowCount);
      return;
    }
    if (exact.rowCount !== part.rowCount || exact.dimensions !== this.dimensions) {
      throw new InvalidInputError('These embeddings do not fit the index; they have to be made again.');
    }
    this.#store.writeExact(part.firstRow, exact);
  }

  /** Takes a part out, with its keys. */
  removeSegment(part: VectorPart): void {
    if (!this.#parts.all.includes(part)) throw new NotFoundError('That part of the search index is not loaded.');
    for (let row = part.firstRow; row < part.firstRow + part.rowCount; row++) this.#bury(row);
    this.#store.clearExact(part.firstRow, part.rowCount);
    if (this.#openPart === part) this.#openPart = undefined;
    this.#parts.delete(part);
    this.#wastedRows += part.rowCount;
    if (this.#wastedRows >= FEWEST_WASTED && this.#wastedRows > this.#nextRow * WASTED_SHARE) this.#closeUp();
    else this.#dropTail();
  }

  /** Takes chunks out of every search; unknown keys and those already removed do no harm. */
  remove(keys: Iterable<number>): void {
    for (const key of keys) {
      const rows = this.#parts.rowsOf(key);
      if (rows === undefined) continue;
      for (let row = rows.start; row < rows.end; row++) this.#bury(row);
    }
  }

  /** Ends the threads that search beside this one; searches go on without them. */
  close(): void {
    this.#crew.close();
  }

  /** Where a key belongs, or `undefined`. */
  placeOf(key: number): { readonly part: VectorPart; readonly ordinal: number } | undefined {
    return this.#parts.rowsOf(key);
  }

  /** The rows of a chunk, read back; `undefined` where it has none, or where an exact row is not there. */
  readRows(key: number): Float32Array | undefined {
    const rows = this.#parts.rowsOf(key);
    if (rows === undefined || rows.start === rows.end) return undefined;
    const floats = new Float32Array((rows.end - rows.start) * this.dimensions);
    for (let row = rows.start; row < rows.end; row++) {
      const at = (row - rows.start) * this.dimensions;
      if (this.#store.hasVector(row) && !this.#store.hasExact(row)) return undefined;
      this.#store.readRow(row, floats.subarray(at, at + this.dimensions));
    }
    return floats;
  }

  /** See `ChunkDirection`; `undefined` where the chunk has no vector. */
  directionOf(key: number): ChunkDirection | undefined {
    const rows = this.#parts.rowsOf(key);
    if (rows === undefined || rows.start === rows.end || !this.#store.hasVector(rows.start)) return undefined;
    const values = new Float32Array(this.dimensions);
    const isExact = this.#store.hasExact(rows.start);
    if (isExact) this.#store.readRow(rows.start, values);
    else this.#store.readSigns(rows.start, 1 / Math.sqrt(this.dimensions), values);
    return { values, isExact };
  }

  /**
   * The `k` chunks nearest to the query, all of them where there are fewer. A query of zeros is near nothing. Throws
   * `InvalidInputError` on a query that is not of finite numbers or has other dimensions.
   */
  search(query: Float32Array, k: number, options: VectorSearchOptions = {}): VectorMatches {
    const { candidates, accept, isBefore = isSmaller } = options;
    const length = this.#check(query, k);
    if (length === 0 || k === 0 || this.#liveRows === 0)
      return { keys: new Uint32Array(0), scores: new Float32Array(0) };
    const acceptAt = accept === undefined ? 0 : this.#acceptBits(accept);
    const asked = { ...this.#refineQuery(query, length), k, acceptAt, isBefore };
    return this.#chunks.nearest(asked, candidates, {
      rowCount: this.#liveRows,
      meanSquareFactor: this.#meanSquareFactor,
    });
  }

  /** The scores of some chunks, in the order of `keys`, which ascend; `undefined` for those that cannot be found. */
  score(query: Float32Array, keys: readonly number[]): (number | undefined)[] {
    const length = this.#check(query, keys.length);
    if (length === 0) return keys.map(() => undefined);
    const rows: number[] = [];
    for (const key of keys) {
      const chunk = this.#parts.rowsOf(key);
      for (let row = chunk?.start ?? 0; row < (chunk?.end ?? 0); row++) if (this.#store.isLive(row)) rows.push(row);
    }
    const scored = this.#chunks.score(this.#refineQuery(query, length), Uint32Array.from(rows));
    const scores = new Map(Array.from(scored.keys, (key, at) => [key, scored.scores[at]]));
    return keys.map((key) => scores.get(key));
  }

  #refineQuery(query: Float32Array, length: number): RefineQuery {
    const unit = this.metric === 'cosine' ? 1 / length : 1;
    return { query, unit, factorUnit: factorUnit(this.#factorRange, this.dimensions) };
  }

  /** The query's length. */
  #check(query: Float32Array, k: number): number {
    if (!Number.isInteger(k) || k < 0)
      throw new InvalidInputError('The number of passages to find must be a whole number.');
    if (query.length !== this.dimensions) {
      throw new InvalidInputError('The question was embedded with other dimensions than the library.');
    }
    let squares = 0;
    for (const value of query) squares += value * value;
    const length = Math.sqrt(squares);
    if (!(length < Infinity)) throw new InvalidInputError('An embedding holds a value that is not a number.');
    return length;
  }

  #acceptBits(accept: Uint8Array | ((part: VectorPart) => Uint8Array | undefined)): number {
    const { at, bits } = this.#scanner.clearAcceptBits();
    for (const part of this.#parts.all) {
      const mask = typeof accept === 'function' ? accept(part) : accept.subarray(part.firstKey);
      for (let ordinal = 0; ordinal < part.chunkCount; ordinal++) {
        if (mask !== undefined && (mask[ordinal] ?? 0) === 0) continue;
        const { start, end } = rowsOfOrdinal(part, ordinal);
        for (let row = start; row < end; row++) bits[row >> 3]! |= 1 << (row & 7);
      }
    }
    return at;
  }

  /** The part that `add` appends to, with a list of row starts as soon as a chunk has other than one row. */
  #partFor(rowCounts: Uint16Array | undefined): VectorPart {
    const isUneven = rowCounts?.some((count) => count !== 1) ?? false;
    if (this.#openPart === undefined) {
      this.#openPart = {
        firstKey: this.#nextKey,
        chunkCount: 0,
        firstRow: roundUp(this.#nextRow, BLOCK_ROWS),
        rowCount: 0,
        rowStarts: undefined,
      };
      this.#parts.push(this.#openPart);
    }
    if (isUneven) {
      this.#openPart.rowStarts ??= Array.from({ length: this.#openPart.chunkCount + 1 }, (_, at) => at);
    }
    return this.#openPart;
  }

  /** Doubles the range of factors until the largest fits. */
  #widenFactors(factors: Float32Array): void {
    let largest = 0;
    for (const factor of factors) largest = Math.max(largest, factor);
    if (!(largest < Infinity)) throw new InvalidInputError('An embedding holds a value that is not a number.');
    let times = 0;
    for (; largest >= this.#factorRange; times++) this.#factorRange *= 2;
    if (times > 0) this.#store.shrinkFactors(Math.min(times, 31));
  }

  #countLive(factors: Uint16Array): void {
    let count = 0;
    let squares = 0;
    for (const factor of factors) {
      if (factor === 0) continue;
      count++;
      squares += (factor / FACTOR_STEPS) ** 2;
    }
    this.#liveRows += count;
    if (count === 0) return;
    this.#factorCount += count;
    const mean = (squares / count) * COSINE_FACTOR_RANGE ** 2;
    this.#meanSquareFactor += ((mean - this.#meanSquareFactor) * count) / this.#factorCount;
  }

  #bury(row: number): void {
    if (!this.#store.isLive(row)) return;
    this.#store.bury(row);
    this.#liveRows--;
  }

  /** Moves all parts towards the front, over the rows that are no longer in use. */
  #closeUp(): void {
    let next = 0;
    for (const part of this.#parts.all) {
      next = roundUp(next, BLOCK_ROWS);
      if (next < part.firstRow) this.#store.move(part.firstRow, next, part.rowCount);
      part.firstRow = next;
      next += part.rowCount;
    }
    this.#wastedRows = 0;
    this.#dropTail();
  }

  #dropTail(): void {
    const { last } = this.#parts;
    this.#nextRow = last === undefined ? 0 : last.firstRow + last.rowCount;
    this.#store.truncate(this.#nextRow);
  }
}

function isSmaller(left: number, right: number): boolean {
  return left < right;
}
