// Measures search on judged collections through the product's own index:
//   npm run eval -- [--collection DIR]… [--all DIR] [--model DIR|none] [--fusion convex|rrf] [--alignment N] [--context N] [--json] [--limit N]
//                   [--pooling mean|cls] [--query-prefix TEXT] [--passage-prefix TEXT]
// Prints nDCG@10, recall@10 and MRR (within the first 100) by words, by meaning and by both, and for how many questions
// both do better or worse than words; after several collections, their mean. Each entry is one passage, and entries that
// follow one another under one title are of one document; diversity and the folding of duplicates are off, since
// judgements know nothing of them. Without --model: the one the app comes with.
import { existsSync, readdirSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { mrr, ndcgAtK, recallAtK, type Judgements } from '../src/engine/metrics.ts';
import { EMBEDDING_MODELS } from '../src/platform/compute/models.ts';
import type { SearchRequest } from '../workers/search/api.ts';
import { readBeir, type BeirCollection } from './beir.ts';
import { JudgedIndex, type CollectionEmbedder } from './judged-index.ts';
import { loadNodeEmbedder } from './node-embedder.ts';

const DEPTH = 100;
const BUILT_IN_MODEL = join(import.meta.dirname, '../public/models/commonplace/static-en-512');
/** A question counts as won or lost beyond this difference. */
const TIE = 1e-9;

const { values: options } = parseArgs({
  options: {
    collection: { type: 'string', multiple: true, default: [] },
    all: { type: 'string' },
    model: { type: 'string', default: BUILT_IN_MODEL },
    fusion: { type: 'string', default: 'convex' },
    alignment: { type: 'string' },
    context: { type: 'string' },
    json: { type: 'boolean', default: false },
    limit: { type: 'string' },
    pooling: { type: 'string', default: 'mean' },
    'query-prefix': { type: 'string', default: '' },
    'passage-prefix': { type: 'string', default: '' },
  },
});

interface Measured {
  readonly ndcgAt10: number;
  readonly recallAt10: number;
  readonly mrr: number;
  /** nDCG@10 of each question, in order. */
  readonly each: readonly number[];
}

async function loadEmbedder(): Promise<CollectionEmbedder | undefined> {
  if (options.model === 'none') return undefined;
  const embedder = await loadNodeEmbedder(options.model, options.pooling);
  const known = EMBEDDING_MODELS.find(({ modelId }) => modelId === embedder.model);
  const { meaningStrength, unrelatedCosine } = known ?? {};
  return {
    model: embedder.model,
    dimensions: embedder.dimensions,
    ...(meaningStrength !== undefined && { meaningStrength }),
    ...(unrelatedCosine !== undefined && { unrelatedCosine }),
    embedPassages: (texts) => embedder.embedPassages(texts.map((text) => options['passage-prefix'] + text)),
    queryTokens: (text, wordWeights) => embedder.queryTokens(options['query-prefix'] + text, wordWeights),
    tokenTable: () => embedder.tokenTable(),
    embedQuery: (text, wordWeights) => embedder.embedQuery(options['query-prefix'] + text, wordWeights),
  };
}

async function measure(index: JudgedIndex, collection: BeirCollection, mode: SearchRequest['mode']): Promise<Measured> {
  const runs: { ranking: string[]; judgements: Judgements }[] = [];
  for (const { text, judgements } of collection.queries) {
    const queryVector = mode === 'lexical' ? undefined : await index.embedQuery(text);
    const { hits } = await index.search({
      query: text,
      ...(queryVector && { queryVector }),
      k: DEPTH,
      candidateCount: DEPTH,
      diversity: 0,
      mode,
      ...(options.alignment !== undefined && { alignmentWeight: Number(options.alignment) }),
      ...(options.context !== undefined && { contextStrength: Number(options.context) }),
      fusion: options.fusion === 'rrf' ? 'rrf' : 'convex',
    });
    runs.push({ ranking: hits.map(({ chunkId }) => index.documentIdOf(chunkId)), judgements });
  }
  const each = runs.map(({ ranking, judgements }) => ndcgAtK(ranking, judgements, 10));
  return {
    ndcgAt10: mean(each),
    recallAt10: mean(runs.map(({ ranking, judgements }) => recallAtK(ranking, judgements, 10))),
    mrr: mrr(runs),
    each,
  };
}

function mean(values: readonly number[]): number {
  return values.length === 0 ? 0 : values.reduce((sum, value) => sum + value, 0) / values.length;
}

function collectionFolders(): string[] {
  const named = options.collection.map((folder) => resolve(folder));
  const all = options.all;
  if (all === undefined) return named;
  const isOne = (folder: string): boolean =>
    ['corpus.jsonl', 'corpus.jsonl.gz'].some((file) => existsSync(join(folder, file))) &&
    ['qrels.tsv', 'qrels/test.tsv'].some((file) => existsSync(join(folder, file)));
  const found = readdirSync(all, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => resolve(all, name))
    .filter(isOne)
    .sort();
  return [...named, ...found.filter((folder) => !named.includes(folder))];
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}

function row(mode: string, { ndcgAt10, recallAt10, mrr: reciprocal }: Omit<Measured, 'each'>, rest: string): void {
  const figures = [ndcgAt10, recallAt10, reciprocal].map((value) => value.toFixed(4).padStart(8));
  print(`${mode.padEnd(8)} ${figures.join('   ')}  ${rest}`.trimEnd());
}

const folders = collectionFolders();
if (folders.length === 0) {
  process.stderr.write(
    'Usage: npm run eval -- --collection DIR… | --all DIR [--model DIR|none] [--json] [--limit N]\n',
  );
  process.exit(2);
}
const limit = options.limit === undefined ? Infinity : Number(options.limit);
if (!(limit >= 1)) throw new Error('--limit is a number of questions, at least 1');

const startedAt = performance.now();
const embedder = await loadEmbedder();
const model = embedder?.model ?? 'none';
const modes: SearchRequest['mode'][] = embedder === undefined ? ['lexical'] : ['lexical', 'dense', 'hybrid'];
const byMode = new Map<string, Measured[]>(modes.map((mode) => [mode, []]));
for (const folder of folders) {
  const whole = readBeir(folder);
  const collection = { ...whole, queries: whole.queries.slice(0, limit) };
  const index = await JudgedIndex.build(collection, embedder);
  const name = basename(folder);
  if (!options.json) {
    print(`${name}: ${collection.documents.length} passages, ${collection.queries.length} questions, model ${model}`);
    print('mode      nDCG@10  recall@10     MRR');
  }
  let words: readonly number[] = [];
  for (const mode of modes) {
    const measured = await measure(index, collection, mode);
    const { each, ...figures } = measured;
    byMode.get(mode)?.push(measured);
    if (mode === 'lexical') words = each;
    const queries = each.length;
    const gains = each.map((value, at) => value - (words[at] ?? 0));
    const won = gains.filter((gain) => gain > TIE).length;
    const lost = gains.filter((gain) => gain < -TIE).length;
    if (options.json) print(JSON.stringify({ collection: name, mode, ...figures, queries, model }));
    else
      row(
        mode,
        figures,
        mode === 'hybrid' ? `against words: ${won} better, ${lost} worse, ${queries - won - lost} equal` : '',
      );
  }
}
if (folders.length > 1) {
  if (!options.json) print(`mean of ${folders.length} collections`);
  for (const [mode, all] of byMode) {
    const figures = {
      ndcgAt10: mean(all.map(({ ndcgAt10 }) => ndcgAt10)),
      recallAt10: mean(all.map(({ recallAt10 }) => recallAt10)),
      mrr: mean(all.map((one) => one.mrr)),
    };
    const queries = all.reduce((sum, { each }) => sum + each.length, 0);
    if (options.json) print(JSON.stringify({ collection: 'mean', mode, ...figures, queries, model }));
    else row(mode, figures, '');
  }
}
if (!options.json) print(`${((performance.now() - startedAt) / 1000).toFixed(1)} s`);
