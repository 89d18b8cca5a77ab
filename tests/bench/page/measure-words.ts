import { ContestantWorker } from '../contest/contestant-worker.ts';
import { knownItems, makePassages, type KnownItem } from '../contest/made-passages.ts';
import type { WordContestantApi } from '../contest/word-contestant.ts';
import { spread, type Figure } from '../figure.ts';

export interface WordContest {
  /** Where the passages are from; without a URL they are made. */
  readonly distribution: string;
  /** A JSON array of passages. */
  readonly passagesUrl?: string;
  readonly n: number;
  readonly queryCount: number;
  readonly entrants: readonly string[];
  readonly siteUrl: string;
}

export const PRODUCT_NAME = 'Commonplace';
const K = 10;
const WARM_UP_QUERIES = 25;
/** Queries that one contestant answers before the next has its turn. */
const TURN = 25;

interface Contestant {
  readonly name: string;
  readonly note: string | undefined;
  readonly worker: ContestantWorker<WordContestantApi>;
  readonly buildMs: number;
  readonly memoryBytes: number;
  readonly searchMs: number[];
  readonly ranks: (number | undefined)[];
}

/**
 * Everybody indexes the same passages alone, answers the same known-item queries in turns, and then saves and loads the
 * index. `heapOf` measures the bytes of JavaScript that all workers hold.
 */
export async function measureWords(contest: WordContest, heapOf: () => Promise<number>): Promise<Figure[]> {
  const passages =
    contest.passagesUrl === undefined ? makePassages(contest.n) : await fetchPassages(contest.passagesUrl, contest.n);
  const items = knownItems(passages, WARM_UP_QUERIES + contest.queryCount);
  const contestants: Contestant[] = [];
  const figures: Figure[] = [];
  try {
    for (const name of contest.entrants) {
      const worker = new ContestantWorker<WordContestantApi>(spawn(name, contest.siteUrl));
      try {
        const note = await worker.call((api) => api.open(name, passages));
        const heapBefore = await heapOf();
        const buildMs = await worker.call((api) => api.build());
        const memoryBytes = (await heapOf()) - heapBefore;
        contestants.push({ name, note, worker, buildMs, memoryBytes, searchMs: [], ranks: [] });
        console.info(`${name} built in ${Math.round(buildMs)} ms`);
      } catch (error) {
        worker.dispose();
        const why = error instanceof Error ? error.message : String(error);
        figures.push({ ...identityOf(name, contest, passages), note: `could not take part: ${why}` });
      }
    }
    for (let first = 0; first < items.length; first += TURN) {
      const turn = items.slice(first, first + TURN);
      for (const contestant of contestants) await answerTurn(contestant, turn, first >= WARM_UP_QUERIES);
    }
    for (const contestant of contestants) {
      const { worker, name } = contestant;
      const saved = await worker.call((api) => api.reload());
      await checkReloaded(contestant, items);
      figures.push(figureOf(contestant, saved, identityOf(name, contest, passages)));
    }
    return figures;
  } finally {
    for (const { worker } of contestants) worker.dispose();
  }
}

function spawn(name: string, siteUrl: string): Worker {
  if (name === PRODUCT_NAME)
    return new Worker(new URL('./word-product.worker.ts', import.meta.url), { type: 'module' });
  return new Worker(new URL('rivals/word-rival.js', siteUrl), { type: 'module' });
}

async function answerTurn({ worker, searchMs, ranks }: Contestant, turn: KnownItem[], counts: boolean): Promise<void> {
  const answers = await worker.call((api) =>
    api.ask(
      turn.map(({ query }) => query),
      K,
    ),
  );
  if (!counts) return;
  searchMs.push(...answers.searchMs);
  for (const [at, { passage }] of turn.entries()) ranks.push(rankOf(passage, answers.passages[at]));
}

/** Counted from 1; `undefined` where it was not among the first ten. */
function rankOf(passage: number, found: readonly number[] = []): number | undefined {
  const at = found.slice(0, K).indexOf(passage);
  return at < 0 ? undefined : at + 1;
}

/** What was loaded again has to find what was found before. */
async function checkReloaded({ worker, name, ranks }: Contestant, items: readonly KnownItem[]): Promise<void> {
  const some = items.slice(WARM_UP_QUERIES, WARM_UP_QUERIES + TURN);
  const { passages } = await worker.call((api) =>
    api.ask(
      some.map(({ query }) => query),
      K,
    ),
  );
  const before = ranks.slice(0, some.length).filter((rank) => rank !== undefined).length;
  const after = some.filter(({ passage }, at) => rankOf(passage, passages[at]) !== undefined).length;
  if (after < before) throw new Error(`${name} found ${before} of ${some.length}, and ${after} once loaded again.`);
}

function figureOf(
  { note, buildMs, memoryBytes, searchMs, ranks }: Contestant,
  saved: { readonly savedBytes: number; readonly loadMs: number },
  identity: Figure,
): Figure {
  const found = ranks.filter((rank) => rank !== undefined);
  return {
    ...identity,
    buildMs,
    memoryBytes,
    ...spread(searchMs),
    ...saved,
    hitAt10: found.length / ranks.length,
    // One passage is relevant, so the ideal gain is 1.
    ndcgAt10: found.reduce((sum, rank) => sum + 1 / Math.log2(1 + rank), 0) / ranks.length,
    ...(note !== undefined && { note }),
  };
}

function identityOf(name: string, { distribution }: WordContest, passages: readonly string[]): Figure {
  const rival = name === PRODUCT_NAME ? {} : { rival: name };
  return { bench: 'words', name, n: passages.length, distribution, ...rival };
}

async function fetchPassages(url: string, count: number): Promise<string[]> {
  const response = await fetch(url);
  if (!response.ok) throw new Error(`${url} answered ${response.status}.`);
  const passages = (await response.json()) as string[];
  return passages.slice(0, count);
}
