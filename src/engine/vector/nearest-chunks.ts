import { TopK } from '../ranking/top-k.ts';
import { candidateCount, firstScored, mostInDoubt, usuallyListed } from './candidate-count.ts';
import { chunkScore } from './chunk-score.ts';
import { FACTOR_STEPS, type Metric } from './row-weights.ts';
import type { RefineQuery, RowScanner } from './row-scanner.ts';
import { NO_THRESHOLD } from './scan-job.ts';
import { joined, kthBest, rowsBetween, scoreOfBest, type ScoredChunks } from './scored-rows.ts';
import type { VectorParts } from './vector-parts.ts';

/** Best first. */
export interface VectorMatches {
  readonly keys: Uint32Array;
  readonly scores: Float32Array;
}

/** A query, with what is asked of it. */
export interface AskedQuery extends RefineQuery {
  readonly k: number;
  /** Address of a bitmap over rows, or 0. */
  readonly acceptAt: number;
  readonly isBefore: (left: number, right: number) => boolean;
}

/** What is known of the rows. */
export interface RowStatistics {
  /** Live ones. */
  readonly rowCount: number;
  /** Of `RowWeights.factors`. */
  readonly meanSquareFactor: number;
}

/** Standard deviations of a code's error within which a row is in doubt; from `npm run sweep` (docs/sweep.md). */
const DOUBT = 3;
/** Lists are longer than what the latest searches needed by this factor, which shrinks by the other from search to search. */
const ROOM = 1.25;
const MEMORY = 0.95;
/** Beyond the `k` best, so many take part in the last stage: nine bits leave few places in doubt. */
const FINEST_ROOM = 16;

/** Finds the chunks nearest to a query, in three stages of growing precision. */
export class NearestChunks {
  readonly #scanner: RowScanner;
  readonly #parts: VectorParts;
  readonly #dimensions: number;
  readonly #metric: Metric;
  /** For how many rows in doubt the lists are to have room, by the latest searches. It changes how long one takes, not what it finds. */
  #usuallyInDoubt = 0;
  #doubt = DOUBT;

  constructor(scanner: RowScanner, parts: VectorParts, dimensions: number, metric: Metric) {
    this.#scanner = scanner;
    this.#parts = parts;
    this.#dimensions = dimensions;
    this.#metric = metric;
  }

  /** For measurements: how many standard deviations of a code's error count as doubt. */
  set doubt(deviations: number) {
    this.#doubt = deviations;
  }

  /**
   * The `k` nearest. With `candidates`, of so many rows that look best by their codes; else of all that their codes leave
   * in doubt.
   */
  nearest(asked: AskedQuery, candidates: number | undefined, rows: RowStatistics): VectorMatches {
    const { query, k, acceptAt } = asked;
    if (candidates === undefined && this.#metric === 'cosine') {
      const scored = this.#scoreAllInDoubt(asked, rows);
      if (scored !== undefined) return this.#best(asked, scored);
    }
    let keep = Math.max(k, candidates ?? candidateCount(rows.rowCount, this.#dimensions, k));
    for (;;) {
      keep = Math.min(keep, rows.rowCount);
      const scanned = this.#scanner.scan(query, keep, acceptAt);
      const best = this.#best(asked, this.score(asked, scanned.rows));
      // Rows of one chunk may have crowded others out.
      if (best.keys.length >= k || scanned.rows.length < keep || keep === rows.rowCount) return best;
      keep *= 4;
    }
  }

  /** Scores the chunks that have one of these rows, which ascend, by all their rows. */
  score(query: RefineQuery, candidates: Uint32Array): ScoredChunks {
    // Typed and filled by hand: this is most of what a search does outside of the kernels.
    const keys = new Uint32Array(candidates.length);
    const starts = new Uint32Array(candidates.length + 1);
    let rows: Uint32Array = new Uint32Array(candidates.length);
    let count = 0;
    let rowCount = 0;
    this.#parts.forEachChunk(candidates, (key, start, end) => {
      if (rowCount + end - start > rows.length) rows = enlarged(rows, rowCount + end - start);
      for (let row = start; row < end; row++) rows[rowCount++] = row;
      keys[count++] = key;
      starts[count] = rowCount;
    });
    const rowScores = this.#scanner.refine(query, rows.subarray(0, rowCount));
    const scores = new Float32Array(count);
    for (let at = 0; at < count; at++) scores[at] = chunkScore(rowScores, starts[at]!, starts[at + 1]!);
    return { keys: keys.subarray(0, count), scores };
  }

  /**
   * Scores the chunks of the rows that look best by their codes, and then of all those whose codes leave it in doubt
   * whether they are among the `k` best; `undefined` where the best looking rows are of fewer than `k` chunks. How many
   * that are differs from query to query, and from library to library by a hundred times.
   */
  #scoreAllInDoubt(asked: AskedQuery, { rowCount, meanSquareFactor }: RowStatistics): ScoredChunks | undefined {
    const { query, unit, factorUnit, k, acceptAt } = asked;
    const most = Math.min(mostInDoubt(rowCount, k), rowCount);
    const usual = Math.min(Math.ceil(Math.max(this.#usuallyInDoubt, usuallyListed(rowCount, k))), most);
    // What lies at right angles to the query is all that a code can be wrong about (Gao, Long: RaBitQ, SIGMOD 2024).
    const leastFor = (score: number, scoreUnit: number): number => {
      const error = Math.sqrt(((meanSquareFactor - 1) * Math.max(0, 1 - score * score)) / this.#dimensions);
      return Math.floor((score - this.#doubt * error) / (scoreUnit * factorUnit * FACTOR_STEPS * unit));
    };
    let scanned = this.#scanner.list(asked, usual, 2 * k, acceptAt, { k, leastFor });
    const cut = scoreOfBest(scanned.scores, firstScored(k));
    const first = this.score(asked, rowsBetween(scanned, cut, Infinity));
    if (first.keys.length < k) return undefined;
    const reached = kthBest(first.scores, k);
    const least = Math.max(NO_THRESHOLD, leastFor(reached, scanned.scoreUnit));
    if (least < scanned.floor) scanned = this.#scanner.scan(query, most, acceptAt, least);
    const rest = rowsBetween(scanned, least, cut);
    // So that the next search need not scan twice; what one odd question needed is forgotten by and by.
    this.#usuallyInDoubt = Math.max((first.keys.length + rest.length) * ROOM, this.#usuallyInDoubt * MEMORY);
    return rest.length === 0 ? first : joined(first, this.score(asked, rest), this.#parts.hasWindows);
  }

  /** The best chunks, of which those near the top are scored once more, as finely as they are stored. */
  #best(asked: AskedQuery, { keys, scores }: ScoredChunks): VectorMatches {
    const { k, isBefore } = asked;
    const near = new TopK(k + FINEST_ROOM, isBefore);
    for (let at = 0; at < keys.length; at++) {
      if (scores[at]! >= near.threshold) near.offer(scores[at]!, keys[at]!);
    }
    const places: { readonly key: number; readonly score: number; readonly start: number; readonly end: number }[] = [];
    const rows: number[] = [];
    for (const { key, score } of near.drain()) {
      const { start = 0, end = 0 } = this.#parts.rowsOf(key) ?? {};
      places.push({ key, score, start: rows.length, end: rows.length + end - start });
      for (let row = start; row < end; row++) rows.push(row);
    }
    const fine = this.#scanner.refineFinest(asked, Uint32Array.from(rows));
    const best = new TopK(k, isBefore);
    for (const { key, score, start, end } of places) {
      const finer = chunkScore(fine, start, end);
      best.offer(Number.isNaN(finer) ? score : finer, key);
    }
    const kept = best.drain();
    return { keys: Uint32Array.from(kept, ({ key }) => key), scores: Float32Array.from(kept, ({ score }) => score) };
  }
}

function enlarged(rows: Uint32Array, atLeast: number): Uint32Array {
  const larger = new Uint32Array(2 * atLeast);
  larger.set(rows);
  return larger;
}
