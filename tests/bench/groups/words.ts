import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { WordContest } from '../page/measure-words.ts';
import type { BenchRun } from './bench-run.ts';
import { medquadPassages, mixedPassages } from './real-passages.ts';

const PRODUCT = 'Commonplace';
const FAST_RIVALS = ['MiniSearch', 'FlexSearch', 'FlexSearch, forward', 'Orama'];
const QUERIES = 500;
const SENTENCES = 100;

/** Finding passages by words: ours and other people's libraries, over made passages and, where there are any, real ones. */
export async function benchWords(run: BenchRun, n: number): Promise<void> {
  const entrants = [PRODUCT, ...(run.rivals === 'none' ? [] : FAST_RIVALS)];
  const contest = {
    n,
    queryCount: run.isQuick ? 50 : QUERIES,
    sentenceCount: run.isQuick ? 25 : SENTENCES,
    entrants,
    siteUrl: run.siteUrl,
  };
  await measure(run, { ...contest, distribution: 'made passages' });
  await run.add(`finding words, ${n} passages, feature by feature`, async () =>
    (await run.freshPage()).evaluate((request) => bench.measureWordFeatures(request), {
      n,
      queryCount: contest.queryCount,
    }),
  );
  mkdirSync(join(run.workDir, 'made'), { recursive: true });
  const collections = { 'texts of many kinds': mixedPassages(n), MedQuAD: medquadPassages(n) };
  for (const [distribution, collection] of Object.entries(collections)) {
    if (collection === undefined) continue;
    writeFileSync(join(run.workDir, 'made/passages.json'), JSON.stringify(collection));
    const passagesUrl = new URL('made/passages.json', run.siteUrl).href;
    await measure(run, { ...contest, distribution, passagesUrl });
  }
}

async function measure(run: BenchRun, contest: WordContest): Promise<void> {
  await run.add(`finding words, ${contest.n} passages, ${contest.distribution}`, async () =>
    (await run.freshPage()).evaluate((request) => bench.measureWords(request, heapOf), contest),
  );
}
