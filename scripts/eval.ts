// Measures search on a judged collection through the product's own index:
//   npm run eval -- --collection DIR [--model DIR|none] [--json] [--limit N]
//                   [--pooling mean|cls] [--query-prefix TEXT] [--passage-prefix TEXT]
// Prints nDCG@10, recall@10 and MRR (within the first 100) by words, by meaning and by both. Each document is one
// passage; diversity is off, since judgements know nothing of it. Without --model, or with `none`, words only.
import { basename, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { idFromBytes, type ChunkId, type DocumentId, type SegmentId } from '../src/domain/ids.ts';
import { mrr, ndcgAtK, recallAtK, type Judgements } from '../src/engine/metrics.ts';
import type { SearchRequest } from '../workers/search/api.ts';
import { SearchIndex } from '../workers/search/search-index.ts';
import { readBeir, type BeirCollection } from './beir.ts';
import { loadNodeEmbedder, type NodeEmbedder } from './node-embedder.ts';

const DEPTH = 100;
const SEGMENT_SIZE = 1000;

const { values: options } = parseArgs({
  options: {
    collection: { type: 'string' },
    model: { type: 'string', default: 'none' },
    json: { type: 'boolean', default: false },
    limit: { type: 'string' },
    pooling: { type: 'string', default: 'mean' },
    'query-prefix': { type: 'string', default: '' },
    'passage-prefix': { type: 'string', default: '' },
  },
});

function numberedId<Id extends ChunkId | DocumentId | SegmentId>(number: number): Id {
  const bytes = new Uint8Array(16);
  new DataView(bytes.buffer).setUint32(12, number);
  return idFromBytes<Id>(bytes);
}

async function buildIndex(collection: BeirCollection, embedder: NodeEmbedder | undefined): Promise<SearchIndex> {
  const index = new SearchIndex();
  for (let first = 0; first < collection.documents.length; first += SEGMENT_SIZE) {
    const documents = collection.documents.slice(first, first + SEGMENT_SIZE);
    const chunks = documents.map(({ title, text }, at) => ({
      chunkId: numberedId<ChunkId>(first + at),
      title,
      headings: '',
      body: text,
      fileName: '',
    }));
    const prefix = options['passage-prefix'];
    const texts = documents.map(({ title, text }) => prefix + (title === '' ? text : `${title}\n${text}`));
    await index.addSegment({
      segmentId: numberedId(first),
      chunkIds: chunks.map(({ chunkId }) => chunkId),
      documentIds: chunks.map((_, at) => numberedId<DocumentId>(first + at)),
      tombstones: [],
      lexical: await index.buildLexical(chunks),
      ...(embedder === undefined
        ? {}
        : {
            vectors: {
              modelKey: embedder.model,
              dimensions: embedder.dimensions,
              ...(await index.buildVectors(await embedder.embedPassages(texts), embedder.dimensions)),
            },
          }),
    });
  }
  return index;
}

async function measure(
  index: SearchIndex,
  collection: BeirCollection,
  mode: SearchRequest['mode'],
  embedder: NodeEmbedder | undefined,
): Promise<{ ndcgAt10: number; recallAt10: number; mrr: number; queries: number }> {
  const numberOf = new Map(collection.documents.map((_, at) => [numberedId<ChunkId>(at), at]));
  const runs: { ranking: string[]; judgements: Judgements }[] = [];
  for (const { text, judgements } of collection.queries) {
    const queryVector =
      embedder === undefined || mode === 'lexical'
        ? undefined
        : await embedder.embedQuery(options['query-prefix'] + text, await index.wordWeights(text));
    const { hits } = await index.search({
      query: text,
      ...(queryVector === undefined || embedder === undefined ? {} : { queryVector, modelKey: embedder.model }),
      k: DEPTH,
      candidateCount: DEPTH,
      diversity: 0,
      mode,
    });
    const ranking = hits.map(({ chunkId }) => collection.documents[numberOf.get(chunkId) ?? -1]?.id ?? '');
    runs.push({ ranking, judgements });
  }
  const mean = (measureOne: (run: (typeof runs)[number]) => number): number =>
    runs.length === 0 ? 0 : runs.reduce((sum, run) => sum + measureOne(run), 0) / runs.length;
  return {
    ndcgAt10: mean(({ ranking, judgements }) => ndcgAtK(ranking, judgements, 10)),
    recallAt10: mean(({ ranking, judgements }) => recallAtK(ranking, judgements, 10)),
    mrr: mrr(runs),
    queries: runs.length,
  };
}

if (options.collection === undefined) {
  process.stderr.write('Usage: npm run eval -- --collection DIR [--model DIR|none] [--json] [--limit N]\n');
  process.exit(2);
}
if (options.pooling !== 'mean' && options.pooling !== 'cls') throw new Error('--pooling is mean or cls');
const limit = options.limit === undefined ? Infinity : Number(options.limit);
if (!(limit >= 1)) throw new Error('--limit is a number of questions, at least 1');

const startedAt = performance.now();
const whole = readBeir(options.collection);
const collection = { ...whole, queries: whole.queries.slice(0, limit) };
const embedder = options.model === 'none' ? undefined : await loadNodeEmbedder(options.model, options.pooling);
const index = await buildIndex(collection, embedder);
const name = basename(resolve(options.collection));
const model = embedder?.model ?? 'none';
if (!options.json) {
  process.stdout.write(`${name}: ${collection.documents.length} passages, model ${model}\n`);
  process.stdout.write('mode      nDCG@10  recall@10     MRR  questions\n');
}
const modes: SearchRequest['mode'][] = embedder === undefined ? ['lexical'] : ['lexical', 'dense', 'hybrid'];
for (const mode of modes) {
  const measured = await measure(index, collection, mode, embedder);
  if (options.json) {
    process.stdout.write(`${JSON.stringify({ collection: name, mode, ...measured, model })}\n`);
  } else {
    const figures = [measured.ndcgAt10, measured.recallAt10, measured.mrr].map((value) => value.toFixed(4).padStart(8));
    process.stdout.write(`${mode.padEnd(8)} ${figures.join('   ')}  ${measured.queries}\n`);
  }
}
if (!options.json) process.stdout.write(`${((performance.now() - startedAt) / 1000).toFixed(1)} s\n`);
