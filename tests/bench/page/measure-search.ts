import type { Remote } from 'comlink';
import { ContestantWorker } from '../contest/contestant-worker.ts';
import { exactNeighbours, recallOf } from '../contest/exact-neighbours.ts';
import { makeVectors, type Distribution } from '../contest/made-vectors.ts';
import type { Answers, BuiltContestant, ContestantApi, VectorSet } from '../contest/vector-contestant.ts';
import { spread, type Figure } from '../figure.ts';

export interface SearchContest {
  readonly distribution: Distribution;
  readonly n: number;
  readonly dimensions: number;
  /** Queries that are timed, and queries that efforts are chosen on before. */
  readonly queryCount: number;
  readonly tuningCount: number;
  readonly entrants: readonly Entrant[];
  /** Where workers with other people's libraries are served. */
  readonly siteUrl: string;
}

export interface Entrant {
  readonly name: string;
  /** Whose it is: ours, a yardstick of our own, or another library. */
  readonly kind: 'product' | 'yardstick' | 'rival';
  readonly threads: number;
}

const K = 10;
/** A quarter fewer misses than the 0.998 that all are asked for allows: so that other queries show it as well. */
const TUNED_RECALL = 0.9985;
const WARM_UP_QUERIES = 25;
/** Queries that one contestant answers before the next has its turn. */
const TURN = 25;
/** What is searched to see how much two cores do. */
const PROBE_ROWS = 100_000;
const PROBE_QUERIES = 50;
const PROBE_TURNS = 8;

interface Contestant extends Entrant {
  readonly worker: ContestantWorker<ContestantApi>;
  readonly built: BuiltContestant;
  readonly heapBytes: number;
  readonly chosen: Effort;
  readonly searchMs: number[];
  readonly rows: Int32Array;
}

/** A setting, and the recall it showed on the tuning queries, if there was a choice. */
interface Effort {
  readonly effort: number;
  readonly tunedRecall?: number;
}

/**
 * Everybody gets the same rows, builds alone, and then answers the same held-out queries in turns of twenty-five.
 * Whoever has a knob uses its cheapest setting that finds `TUNED_RECALL` of the true ten nearest of the tuning queries, or
 * the one that comes nearest to it. `heapOf` measures the bytes of JavaScript that all workers hold.
 */
export async function measureSearch(contest: SearchContest, heapOf: () => Promise<number>): Promise<Figure[]> {
  const { distribution, n, dimensions, queryCount, tuningCount } = contest;
  const asked = tuningCount + WARM_UP_QUERIES + queryCount;
  const all = makeVectors(distribution, 1, n + asked, dimensions);
  const vectors: VectorSet = { rows: all.rows.subarray(0, n * dimensions), count: n, dimensions };
  const queries: VectorSet = { rows: all.rows.subarray(n * dimensions), count: asked, dimensions };
  const truth = exactNeighbours(vectors, queries, K);

  console.info(`made ${n} vectors and found the true neighbours of ${asked} more`);
  const contestants: Contestant[] = [];
  const figures: Figure[] = [];
  try {
    for (const entrant of contest.entrants) {
      const worker = new ContestantWorker<ContestantApi>(spawn(entrant, contest.siteUrl));
      try {
        contestants.push(await prepare(entrant, worker, { vectors, queries, truth, contest, heapOf }));
        console.info(`${entrant.name} built in ${Math.round(contestants.at(-1)?.built.buildMs ?? 0)} ms`);
      } catch (error) {
        worker.dispose();
        const why = error instanceof Error ? error.message : String(error);
        figures.push({ ...identityOf(entrant, contest), note: `could not take part: ${why}` });
      }
    }
    const start = tuningCount;
    for (let first = 0; first < WARM_UP_QUERIES + queryCount; first += TURN) {
      const count = Math.min(TURN, WARM_UP_QUERIES + queryCount - first);
      for (const { worker, chosen, searchMs, rows } of contestants) {
        const answers = await worker.call((api) => api.ask(queries, start + first, count, K, chosen.effort));
        if (first < WARM_UP_QUERIES) continue;
        searchMs.push(...answers.searchMs);
        rows.set(answers.rows, (first - WARM_UP_QUERIES) * K);
      }
    }
    const firstCounted = start + WARM_UP_QUERIES;
    figures.unshift(...contestants.map((contestant) => figureOf(contestant, contest, truth, firstCounted)));
    const threaded = figures.findIndex(({ threads = 1 }) => threads > 1);
    if (threaded >= 0) {
      const gain = await gainOfTwoCores(vectors, queries, contest.siteUrl);
      const note = `searches on two cores at once: ${gain.toFixed(2)} × those on one, the most that two threads could gain`;
      figures[threaded] = { ...figures[threaded]!, note: [figures[threaded]!.note, note].filter(Boolean).join('; ') };
    }
    return figures;
  } finally {
    for (const { worker } of contestants) worker.dispose();
  }
}

function spawn({ kind }: Entrant, siteUrl: string): Worker {
  // SQLite would start a thread for files, which it does not need, and which memory cannot be measured beside.
  const path = 'rivals/vector-rival.js?opfs-disable';
  if (kind === 'rival') return new Worker(new URL(path, siteUrl), { type: 'module' });
  return new Worker(new URL('./vector-product.worker.ts', import.meta.url), { type: 'module' });
}

/**
 * How many more searches two workers of ours get done, each on one thread and over rows of its own, than one of them: what
 * the machine allows two threads to gain, with what else it is doing.
 */
async function gainOfTwoCores(vectors: VectorSet, queries: VectorSet, siteUrl: string): Promise<number> {
  const count = Math.min(vectors.count, PROBE_ROWS);
  const some = { ...vectors, rows: vectors.rows.subarray(0, count * vectors.dimensions), count };
  const entrant: Entrant = { name: 'Commonplace', kind: 'product', threads: 1 };
  const workers = [1, 2].map(() => new ContestantWorker<ContestantApi>(spawn(entrant, siteUrl)));
  try {
    const both = async <Result>(work: (remote: Remote<ContestantApi>) => Promise<Result>): Promise<Result[]> =>
      Promise.all(workers.map(async (worker) => worker.call(work)));
    await both((api) => api.open(entrant.name, siteUrl));
    await both((api) => api.build(some));
    const ask = (api: Remote<ContestantApi>): Promise<Answers> => api.ask(queries, 0, PROBE_QUERIES, K, 0);
    const alone: number[] = [];
    const together: number[] = [];
    for (let turn = 0; turn < PROBE_TURNS; turn++) {
      alone.push(...(await workers[turn % 2]!.call(ask)).searchMs);
      for (const { searchMs } of await both(ask)) together.push(...searchMs);
    }
    return (2 * spread(alone).p50Ms) / spread(together).p50Ms;
  } finally {
    for (const worker of workers) worker.dispose();
  }
}

interface Material {
  readonly vectors: VectorSet;
  readonly queries: VectorSet;
  readonly truth: Int32Array;
  readonly contest: SearchContest;
  readonly heapOf: () => Promise<number>;
}

async function prepare(
  entrant: Entrant,
  worker: ContestantWorker<ContestantApi>,
  material: Material,
): Promise<Contestant> {
  const { vectors, contest, heapOf } = material;
  await worker.call((api) => api.open(entrant.name, contest.siteUrl));
  const heapBefore = await heapOf();
  const built = await worker.call((api) => api.build(vectors));
  const heapBytes = (await heapOf()) - heapBefore;
  const chosen = await chooseEffort(worker, built.efforts, material);
  return { ...entrant, worker, built, heapBytes, chosen, searchMs: [], rows: new Int32Array(contest.queryCount * K) };
}

/** The cheapest that reaches the recall wanted on the tuning queries, or that comes as near as any does. */
async function chooseEffort(
  worker: ContestantWorker<ContestantApi>,
  efforts: readonly number[],
  { queries, truth, contest: { tuningCount } }: Material,
): Promise<Effort> {
  const [only = 0] = efforts;
  if (efforts.length === 1) return { effort: only };
  let best: Required<Effort> = { effort: only, tunedRecall: -1 };
  for (const effort of efforts) {
    let missed = 0;
    let count = 0;
    // No further than is needed to know that it misses too many.
    while (count < tuningCount && missed <= (1 - TUNED_RECALL) * tuningCount * K) {
      const turn = Math.min(TURN, tuningCount - count);
      const first = count;
      const { rows } = await worker.call((api) => api.ask(queries, first, turn, K, effort));
      missed += turn * K * (1 - recallOf(rows, truth, first, turn, K));
      count += turn;
    }
    const tunedRecall = 1 - missed / (count * K);
    if (count === tuningCount && tunedRecall >= TUNED_RECALL) return { effort, tunedRecall };
    if (tunedRecall > best.tunedRecall) best = { effort, tunedRecall };
  }
  return best;
}

function figureOf(contestant: Contestant, contest: SearchContest, truth: Int32Array, first: number): Figure {
  const { n, queryCount } = contest;
  const { built, chosen, searchMs, rows, heapBytes } = contestant;
  const { buildMs, effortName, wasmBytes, saidBytes } = built;
  const bytes = saidBytes ?? wasmBytes + Math.max(0, heapBytes);
  const tuned = chosen.tunedRecall === undefined ? '' : ` (${chosen.tunedRecall.toFixed(4)} in tuning)`;
  const notes = [effortName !== undefined && `${effortName}: ${chosen.effort}${tuned}`, built.note];
  return {
    ...identityOf(contestant, contest),
    ...spread(searchMs),
    recallAt10: recallOf(rows, truth, first, queryCount, K),
    buildMs,
    bytesPerVector: bytes / n,
    note: notes.filter((note) => note !== false && note !== undefined).join('; '),
  };
}

function identityOf(entrant: Entrant, { n, dimensions, distribution }: SearchContest): Figure {
  const { name, kind, threads } = entrant;
  return {
    bench: 'search',
    name,
    n,
    dims: dimensions,
    distribution,
    threads,
    ...(kind !== 'product' && { rival: name }),
  };
}
