import { ContestantWorker } from '../contest/contestant-worker.ts';
import {
  askedItems,
  knownItems,
  sentenceItems,
  withEquals,
  type PassageCollection,
  type SoughtItem,
} from '../contest/known-items.ts';
import { makePassages } from '../contest/made-passages.ts';
import type { WordContestantApi } from '../contest/word-contestant.ts';
import { spread, type Figure } from '../figure.ts';

export interface WordContest {
  /** Where the passages are from; without a URL they are made. */
  readonly distribution: string;
  /** A `PassageCollection` in JSON. */
  readonly passagesUrl?: string;
  readonly n: number;
  readonly queryCount: number;
  /** Of whole sentences and of questions as people asked them: they take some contestants a hundred times as long. */
  readonly sentenceCount: number;
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
}

/** One kind of query, and how each contestant did on it. */
interface Round {
  /** Added to the name of the data. */
  readonly kind: string;
  readonly items: readonly SoughtItem[];
  readonly answers: Map<string, { readonly searchMs: number[]; readonly ranks: (number | undefined)[] }>;
}

/** Everything is given so long to come to rest and to let go of what only building needed. */
const REST_MS = 5000;

/**
 * Everybody indexes the same passages alone, answers the same known-item queries in turns, and then saves and loads the
 * index. `heapOf` measures the bytes of JavaScript that all workers hold.
 */
export async function measureWords(contest: WordContest, heapOf: () => Promise<number>): Promise<Figure[]> {
  const collection =
    contest.passagesUrl === undefined
      ? { passages: makePassages(contest.n), questions: [] }
      : await fetchPassages(contest.passagesUrl);
  const { passages } = collection;
  const rounds = roundsOf(collection, contest);
  const contestants: Contestant[] = [];
  const figures: Figure[] = [];
  try {
    for (const name of contest.entrants) {
      const worker = new ContestantWorker<WordContestantApi>(spawn(name, contest.siteUrl));
      try {
        const note = await worker.call((api) => api.open(name, passages));
        const heapBefore = await heapOf();
        const buildMs = await worker.call((api) => api.build());
        await new Promise((resolve) => setTimeout(resolve, REST_MS));
        const memoryBytes = (await heapOf()) - heapBefore;
        contestants.push({ name, note, worker, buildMs, memoryBytes });
        console.info(`${name} built in ${Math.round(buildMs)} ms`);
      } catch (error) {
        worker.dispose();
        const why = error instanceof Error ? error.message : String(error);
        figures.push({ ...identityOf(name, contest, passages), note: `could not take part: ${why}` });
      }
    }
    for (const { items, answers } of rounds) {
      for (let first = 0; first < items.length; first += TURN) {
        const turn = items.slice(first, first + TURN);
        for (const contestant of contestants) await answerTurn(contestant, turn, first >= WARM_UP_QUERIES, answers);
      }
    }
    const others: Figure[] = [];
    for (const contestant of contestants) {
      const { worker, name } = contestant;
      const saved = await worker.call((api) => api.reload());
      for (const [at, round] of rounds.entries()) {
        const distribution = contest.distribution + round.kind;
        const figure = figureOf(contestant, round, identityOf(name, { ...contest, distribution }, passages));
        const { buildMs, memoryBytes } = contestant;
        if (at === 0) figures.push({ ...figure, buildMs, memoryBytes, ...saved });
        else others.push(figure);
      }
      await checkReloaded(contestant, rounds[0]);
    }
    figures.push(...others);
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

function roundsOf(collection: PassageCollection, { queryCount, sentenceCount }: WordContest): Round[] {
  const { passages } = collection;
  const words = knownItems(passages, WARM_UP_QUERIES + queryCount);
  const sentences = sentenceItems(passages, WARM_UP_QUERIES + sentenceCount);
  const rounds = [
    { kind: '', items: withEquals(passages, words) },
    { kind: ', twelve words in a row', items: withEquals(passages, sentences) },
    { kind: ', questions as people asked them', items: askedItems(collection, WARM_UP_QUERIES + sentenceCount) },
  ];
  return rounds
    .filter(({ items }) => items.length > WARM_UP_QUERIES)
    .map((round) => ({ ...round, answers: new Map() }));
}

async function answerTurn(
  { worker, name }: Contestant,
  turn: readonly SoughtItem[],
  counts: boolean,
  answers: Round['answers'],
): Promise<void> {
  const { searchMs, passages } = await worker.call((api) =>
    api.ask(
      turn.map(({ query }) => query),
      K,
    ),
  );
  if (!counts) return;
  const known = answers.get(name) ?? { searchMs: [], ranks: [] };
  answers.set(name, known);
  known.searchMs.push(...searchMs);
  for (const [at, item] of turn.entries()) known.ranks.push(rankOf(item, passages[at]));
}

/** Counted from 1; `undefined` where it was not among the first ten. */
function rankOf({ passages }: SoughtItem, found: readonly number[] = []): number | undefined {
  const at = found.slice(0, K).findIndex((passage) => passages.includes(passage));
  return at < 0 ? undefined : at + 1;
}

/** What was loaded again has to find what was found before. */
async function checkReloaded({ worker, name }: Contestant, round: Round | undefined): Promise<void> {
  const some = round?.items.slice(WARM_UP_QUERIES, WARM_UP_QUERIES + TURN) ?? [];
  const { passages } = await worker.call((api) =>
    api.ask(
      some.map(({ query }) => query),
      K,
    ),
  );
  const ranks = round?.answers.get(name)?.ranks ?? [];
  const before = ranks.slice(0, some.length).filter((rank) => rank !== undefined).length;
  const after = some.filter((item, at) => rankOf(item, passages[at]) !== undefined).length;
  if (after < before) throw new Error(`${name} found ${before} of ${some.length}, and ${after} once loaded again.`);
}

function figureOf({ name, note }: Contestant, { answers }: Round, identity: Figure): Figure {
  const { searchMs, ranks } = answers.get(name) ?? { searchMs: [], ranks: [] };
  const found = ranks.filter((rank) => rank !== undefined);
  return {
    ...identity,
    ...spread(searchMs),
    hitAt10: found.length / ranks.length,
    // The first passage that will do is what counts, so the ideal gain is 1.
    ndcgAt10: found.reduce((sum, rank) => sum + 1 / Math.log2(1 + rank), 0) / ranks.length,
    ...(note !== undefined && { note }),
  };
}

function identityOf(name: string, { distribution }: WordContest, passages: readonly string[]): Figure {
  const rival = name === PRODUCT_NAME ? {} : { rival: name };
  return { bench: 'words', name, n: passages.length, distribution, ...rival };
}

async function fetchPassages(url: string): Promise<PassageCollection> {
  const response = await fetch(url);
  if (!response.ok) throw new Error(`${url} answered ${response.status}.`);
  return (await response.json()) as PassageCollection;
}
