import { DISTRIBUTIONS, type Distribution } from '../contest/made-vectors.ts';
import type { Entrant } from '../page/measure-search.ts';
import type { BenchRun } from './bench-run.ts';

const DIMENSIONS = 384;
const QUERIES = 500;
const TUNING_QUERIES = 500;
/** Of so many vectors, for which a plain loop takes half a second, fewer questions are asked. */
const MANY = 1_000_000;
const QUERIES_OF_MANY = 200;

/** Rivals by the most vectors that they are asked to take: beyond, building takes over half a minute, or an hour. */
interface Rival {
  readonly name: string;
  /** Builds in less than half a minute up to so many. */
  readonly fastUpTo: number;
  readonly upTo: number;
  /** Answers faster than the others of its size. */
  readonly isStrong?: true;
}

const RIVALS: readonly Rival[] = [
  { name: 'hnswlib-wasm, M 16', fastUpTo: 10_000, upTo: 100_000, isStrong: true },
  { name: 'hnswlib-wasm, M 32', fastUpTo: 10_000, upTo: 100_000, isStrong: true },
  { name: 'edgevec, graph', fastUpTo: 10_000, upTo: 100_000 },
  { name: 'edgevec, graph, ef 400', fastUpTo: 10_000, upTo: 100_000, isStrong: true },
  { name: 'edgevec, bits and rescoring', fastUpTo: 10_000, upTo: 100_000, isStrong: true },
  { name: 'sqlite-vec, float', fastUpTo: 100_000, upTo: 100_000 },
  { name: 'sqlite-vec, int8', fastUpTo: 100_000, upTo: 100_000 },
  { name: 'sqlite-vec, bits and rescoring', fastUpTo: 100_000, upTo: 100_000 },
  { name: 'PGlite with pgvector, sequential', fastUpTo: 10_000, upTo: 100_000 },
  { name: 'PGlite with pgvector, ivfflat', fastUpTo: 10_000, upTo: 100_000 },
  { name: 'PGlite with pgvector, hnsw', fastUpTo: 0, upTo: 10_000 },
  { name: 'Orama', fastUpTo: 100_000, upTo: 100_000 },
  { name: 'client-vector-search', fastUpTo: 100_000, upTo: 100_000 },
];

const PRODUCT: Entrant = { name: 'Commonplace', kind: 'product', threads: 1 };
/** Always the last: memory cannot be measured beside its threads, which wait. */
const THREADED: Entrant = { name: 'Commonplace, 2 threads', kind: 'product', threads: 2 };
const YARDSTICKS: readonly Entrant[] = [
  { name: 'Float32Array loop', kind: 'yardstick', threads: 1 },
  { name: 'int8 SIMD flat', kind: 'yardstick', threads: 1 },
];

/** Of which ways that vectors may lie, and of who takes part, only these; contestants by how their names begin. */
export interface SearchChoice {
  readonly distributions: readonly string[] | undefined;
  readonly contestants: readonly string[] | undefined;
}

/** Finding the nearest vectors: ours, two yardsticks and other people's libraries, by size and by how vectors lie. */
export async function benchSearch(
  run: BenchRun,
  sizes: readonly number[],
  { distributions, contestants }: SearchChoice,
): Promise<void> {
  const takesPart = ({ name }: Entrant): boolean => contestants?.some((start) => name.startsWith(start)) ?? true;
  for (const n of sizes) {
    for (const distribution of DISTRIBUTIONS) {
      if (distributions?.includes(distribution) === false) continue;
      const contest = {
        distribution,
        n,
        dimensions: DIMENSIONS,
        queryCount: run.isQuick ? 25 : n >= MANY ? QUERIES_OF_MANY : QUERIES,
        tuningCount: run.isQuick ? 50 : n >= MANY ? QUERIES_OF_MANY : TUNING_QUERIES,
        entrants: [PRODUCT, ...YARDSTICKS, ...rivalsFor(run, n, distribution), THREADED].filter(takesPart),
        siteUrl: run.siteUrl,
      };
      await run.add(`finding vectors, ${n} × ${DIMENSIONS}, ${distribution}`, async () =>
        (await run.freshPage()).evaluate((request) => bench.measureSearch(request, heapOf), contest),
      );
    }
  }
}

function rivalsFor({ rivals }: BenchRun, n: number, distribution: Distribution): Entrant[] {
  if (rivals === 'none') return [];
  return RIVALS.filter(({ fastUpTo, upTo, isStrong = false }) => {
    if (rivals === 'fast' || (rivals === 'strong' && !isStrong)) return n <= fastUpTo;
    // The slow ones meet the distribution that libraries have, once per size.
    return n <= fastUpTo || (n <= upTo && distribution === 'mix');
  }).map(({ name }) => ({ name, kind: 'rival', threads: 1 }));
}
