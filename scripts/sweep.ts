// `npm run sweep`: recall and time of vector search over three ways that vectors may lie, by number of candidates and by how
// much doubt their codes leave. Writes docs/sweep.md, from which the constants in src/engine/vector/candidate-count.ts and
// nearest-chunks.ts are taken. `--rows 10000,100000` chooses sizes, `--dry` prints only.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { cpus } from 'node:os';
import process from 'node:process';
import { parseArgs } from 'node:util';
import { VectorIndex } from '../src/engine/vector/vector-index.ts';
import { exactNeighbours } from '../tests/bench/contest/exact-neighbours.ts';
import { DISTRIBUTIONS, makeVectors, type Distribution } from '../tests/bench/contest/made-vectors.ts';
import type { VectorSet } from '../tests/bench/contest/vector-contestant.ts';
import { randomFrom } from '../tests/bench/made-text.ts';

const DIMENSIONS = 384;
const K = 10;
const QUERIES = 200;
const SEED = 4;
const CANDIDATES = [100, 200, 400, 800, 1200, 2000, 4000, 8000];
/** Bits of a stored value, for the last places; 9 and 11 are what the index keeps without quarters of a step, and with them. */
const PRECISIONS = [8, 9, 10, 11, 12];
/** The bytes of values that 450 bytes a vector leave room for, beside a factor and a scale. */
const VALUE_BYTES = 450 - 6;
/** True neighbours among which rounded rows decide. */
const NEAR = 40;
const DOUBTS = [2, 2.25, 2.5, 2.75, 3, 3.5];

const { values } = parseArgs({
  options: { rows: { type: 'string', default: '10000,100000' }, dry: { type: 'boolean', default: false } },
});

interface Reading {
  readonly recall: number;
  readonly p50Ms: number;
}

/** An index, questions that are not in it, and what is truly nearest to them. */
class Sweep {
  readonly #index = new VectorIndex({ dimensions: DIMENSIONS });
  readonly #queries: readonly Float32Array[];
  readonly #rows: VectorSet;
  /** The true neighbours of each question, nearest first. */
  readonly #near: Int32Array;
  readonly buildMs: number;
  readonly bytesPerRow: number;

  constructor(distribution: Distribution, rowCount: number) {
    const all = makeVectors(distribution, SEED, rowCount + QUERIES, DIMENSIONS);
    const rows = { rows: all.rows.subarray(0, rowCount * DIMENSIONS), count: rowCount, dimensions: DIMENSIONS };
    const queries = { rows: all.rows.subarray(rowCount * DIMENSIONS), count: QUERIES, dimensions: DIMENSIONS };
    this.#rows = rows;
    this.#near = exactNeighbours(rows, queries, NEAR);
    this.#queries = Array.from({ length: QUERIES }, (_, at) =>
      queries.rows.slice(at * DIMENSIONS, (at + 1) * DIMENSIONS),
    );
    const startedAt = performance.now();
    this.#index.add(rows.rows);
    this.buildMs = performance.now() - startedAt;
    this.bytesPerRow = this.#index.memoryBytes / rowCount;
  }

  /** Recall where rows are rounded by `round` and nothing else goes wrong, each row's own direction being free of error. */
  recallOfRounded(round: (row: Float32Array) => Float32Array): number {
    const { rows } = this.#rows;
    let hits = 0;
    this.#queries.forEach((query, at) => {
      const scored = Array.from(this.#near.subarray(at * NEAR, (at + 1) * NEAR), (row, rank) => {
        const exact = rows.subarray(row * DIMENSIONS, (row + 1) * DIMENSIONS);
        const rounded = round(exact);
        return { rank, score: dot(query, rounded) / dot(exact, rounded) };
      });
      scored.sort((left, right) => right.score - left.score);
      for (const { rank } of scored.slice(0, K)) if (rank < K) hits++;
    });
    return hits / (QUERIES * K);
  }

  /** With so many candidates, or, without, with all that are in doubt by so many standard deviations. */
  read(candidates: number | undefined, doubt = 0): Reading {
    this.#index.doubt = doubt;
    const times: number[] = [];
    let hits = 0;
    this.#queries.forEach((query, at) => {
      const startedAt = performance.now();
      const { keys } = this.#index.search(query, K, { candidates });
      times.push(performance.now() - startedAt);
      const wanted = new Set(this.#near.subarray(at * NEAR, at * NEAR + K));
      for (const key of keys) if (wanted.has(key)) hits++;
    });
    times.sort((a, b) => a - b);
    return { recall: hits / (QUERIES * K), p50Ms: times[times.length >> 1] ?? 0 };
  }
}

function dot(left: Float32Array, right: Float32Array): number {
  let sum = 0;
  for (let at = 0; at < left.length; at++) sum += left[at]! * right[at]!;
  return sum;
}

/** Steps of even size up to the row's largest component, as the index has them. */
function roundedTo(bits: number): (row: Float32Array) => Float32Array {
  const most = 2 ** (bits - 1) - 1;
  return (row) => {
    const step = row.reduce((largest, value) => Math.max(largest, Math.abs(value)), 0) / most;
    return row.map((value) => Math.round(value / step));
  };
}

/**
 * As far off as the best of all codes of so many bytes would be for components that are independent and normal: a share of
 * 2^(−2 · bits) of the row's energy, bits being those for each component (Shannon, Coding theorems for a discrete source with
 * a fidelity criterion, 1959).
 */
function blurredTo(bytes: number): (row: Float32Array) => Float32Array {
  const deviation = 2 ** ((-8 * bytes) / DIMENSIONS) / Math.sqrt(DIMENSIONS);
  const random = randomFrom(SEED);
  const normal = (): number => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
  return (row) => row.map((value) => value + deviation * normal());
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map((_, at) => (at === 0 ? '---' : '---:'))), ...rows.map(line)].join('\n');
}

const cell = ({ recall, p50Ms }: Reading): string => `${recall.toFixed(4)} · ${p50Ms.toFixed(2)}`;

const sections: string[] = [];
for (const rowCount of values.rows.split(',').map(Number)) {
  const byCandidates: string[][] = [];
  const byDoubt: string[][] = [];
  const byPrecision: string[][] = [];
  for (const distribution of DISTRIBUTIONS) {
    const sweep = new Sweep(distribution, rowCount);
    sweep.read(CANDIDATES[0]);
    const ceiling = sweep.read(Math.min(rowCount, 20_000)).recall;
    const readings = CANDIDATES.map((candidates) => sweep.read(candidates));
    byCandidates.push([distribution, ...readings.map(cell), ceiling.toFixed(4)]);
    byDoubt.push([distribution, ...DOUBTS.map((doubt) => cell(sweep.read(undefined, doubt)))]);
    const recalls = [...PRECISIONS.map(roundedTo), blurredTo(VALUE_BYTES)].map((round) => sweep.recallOfRounded(round));
    byPrecision.push([distribution, ...recalls.map((recall) => recall.toFixed(4))]);
    process.stdout.write(
      `${rowCount} ${distribution}: built in ${sweep.buildMs.toFixed(0)} ms, ${sweep.bytesPerRow.toFixed(0)} bytes each\n`,
    );
  }
  sections.push(
    `## ${rowCount.toLocaleString('en')} × ${DIMENSIONS}\n`,
    'By a fixed number of candidates; "at most" is the recall with 20,000 candidates, which is what the precision of the stored rows allows:\n',
    `${table(['', ...CANDIDATES.map(String), 'at most'], byCandidates)}\n`,
    'By the standard deviations of a code\u2019s error within which a row is in doubt and scored, as the index does it by itself:\n',
    `${table(['', ...DOUBTS.map(String)], byDoubt)}\n`,
    'Recall by the bits that are kept of each component, in steps of even size, if nothing else went wrong; and what no code of 450 bytes could exceed for components that are independent and normal:\n',
    `${table(['', ...PRECISIONS.map((bits) => `${bits} bits`), 'limit of 450 bytes'], byPrecision)}\n`,
  );
}

const text = `# Constants of vector search

Written by \`npm run sweep\`. Each cell is recall@${K} against exact search over floats · milliseconds (median of ${QUERIES} questions that
are not among the rows), on one thread of Node ${process.versions.node}, ${cpus()[0]?.model ?? 'unknown'}; times on a busy machine are too high,
recall is not. How the vectors are made is told in tests/bench/contest/made-vectors.ts.

${sections.join('\n')}`;
process.stdout.write(text);
if (!values.dry) writeFileSync(join(import.meta.dirname, '../docs/sweep.md'), text);
