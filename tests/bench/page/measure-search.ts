import { ContestantWorker } from '../contest/contestant-worker.ts';
import { exactNeighbours, recallOf } from '../contest/exact-neighbours.ts';
import { makeVectors, type Distribution } from '../contest/made-vectors.ts';
import type { BuiltContestant, ContestantApi, VectorSet } from '../contest/vector-contestant.ts';
import { spread, type Figure } from '../figure.ts';

export interface SearchContest {
  readonly distribution: Distribution;
  readonly n: number;
  readonly dimensions: number;
  readonly queryCount: number;
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
/** Efforts are chosen on queries of their own, for the recall that all are asked for. */
const CALIBRATION_QUERIES = 100;
const WANTED_RECALL = 0.998;
const WARM_UP_QUERIES = 25;
/** Queries that one contestant answers before the next has its turn. */
const TURN = 25;

interface Contestant extends Entrant {
  readonly worker: ContestantWorker<ContestantApi>;
  readonly built: BuiltContestant;
  readonly heapBytes: number;
  readonly effort: number;
  readonly searchMs: number[];
  readonly rows: Int32Array;
}

/**
 * Everybody gets the same rows, builds alone, and then answers the same held-out queries in turns of twenty-five.
 * Whoever has a knob uses its cheapest setting that finds 99.8 % of the true ten nearest of the calibration queries, or
 * the one that comes nearest to it. `heapOf` measures the bytes of JavaScript that all workers hold.
 */
export async function measureSearch(contest: SearchContest, heapOf: () => Promise<number>): Promise<Figure[]> {
  const { distribution, n, dimensions, queryCount } = contest;
  const asked = CALIBRATION_QUERIES + WARM_UP_QUERIES + queryCount;
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
        contestants.push(await prepare(entrant, worker, vectors, queries, truth, contest.siteUrl, heapOf));
        console.info(`${entrant.name} built in ${Math.round(contestants.at(-1)?.built.buildMs ?? 0)} ms`);
      } catch (error) {
        worker.dispose();
        const why = error instanceof Error ? error.message : String(error);
        figures.push({ ...identityOf(entrant, contest), note: `could not take part: ${why}` });
      }
    }
    const start = CALIBRATION_QUERIES;
    for (let first = 0; first < WARM_UP_QUERIES + queryCount; first += TURN) {
      const count = Math.min(TURN, WARM_UP_QUERIES + queryCount - first);
      for (const { worker, effort, searchMs, rows } of contestants) {
        const answers = await worker.call((api) => api.ask(queries, start + first, count, K, effort));
        if (first < WARM_UP_QUERIES) continue;
        searchMs.push(...answers.searchMs);
        rows.set(answers.rows, (first - WARM_UP_QUERIES) * K);
      }
    }
    const firstCounted = start + WARM_UP_QUERIES;
    figures.unshift(...contestants.map((contestant) => figureOf(contestant, contest, truth, firstCounted)));
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

async function prepare(
  entrant: Entrant,
  worker: ContestantWorker<ContestantApi>,
  vectors: VectorSet,
  queries: VectorSet,
  truth: Int32Array,
  siteUrl: string,
  heapOf: () => Promise<number>,
): Promise<Contestant> {
  await worker.call((api) => api.open(entrant.name, siteUrl));
  const heapBefore = await heapOf();
  const built = await worker.call((api) => api.build(vectors));
  const heapBytes = (await heapOf()) - heapBefore;
  const effort = await chooseEffort(built.efforts, async (tried) => {
    const { rows } = await worker.call((api) => api.ask(queries, 0, CALIBRATION_QUERIES, K, tried));
    return recallOf(rows, truth, 0, CALIBRATION_QUERIES, K);
  });
  const answered = queries.count - CALIBRATION_QUERIES - WARM_UP_QUERIES;
  return { ...entrant, worker, built, heapBytes, effort, searchMs: [], rows: new Int32Array(answered * K) };
}

/** The cheapest that reaches the recall wanted, or that comes as near as any does. */
async function chooseEffort(
  efforts: readonly number[],
  recallWith: (effort: number) => Promise<number>,
): Promise<number> {
  const [only = 0] = efforts;
  if (efforts.length === 1) return only;
  const recalls: number[] = [];
  for (const effort of efforts) {
    const recall = await recallWith(effort);
    if (recall >= WANTED_RECALL) return effort;
    recalls.push(recall);
  }
  return efforts[recalls.indexOf(Math.max(...recalls))] ?? only;
}

function figureOf(contestant: Contestant, contest: SearchContest, truth: Int32Array, first: number): Figure {
  const { n, queryCount } = contest;
  const { built, effort, searchMs, rows, heapBytes } = contestant;
  const { buildMs, effortName, wasmBytes, saidBytes } = built;
  const bytes = saidBytes ?? wasmBytes + Math.max(0, heapBytes);
  const set = effort === 0 ? 'as many as it chooses' : effort;
  const notes = [effortName !== undefined && `${effortName}: ${set}`, built.note];
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
