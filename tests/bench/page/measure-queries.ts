import type { EmbeddingModel } from '../../../src/domain/embedding-model.ts';
import type { StageTimings } from '../../../src/domain/hit.ts';
import { DEFAULT_SETTINGS } from '../../../src/domain/settings.ts';
import { retrieve, type RetrieveDeps } from '../../../src/features/knowledge/retrieve.ts';
import { percentile, spread, type Figure } from '../figure.ts';
import { MadeText } from '../made-text.ts';
import { BenchLibrary } from './bench-library.ts';

export interface QueryRequest {
  readonly model: EmbeddingModel;
  readonly siteUrl: string;
  readonly chunkCount: number;
  readonly queryCount: number;
}

const QUERY_WORDS = 7;
const IMMEDIATE_MS = 100;

/**
 * A library of `chunkCount` chunks, made, embedded, closed and opened again as the app does it, and then asked. The
 * search index and the model run in their workers; texts lie sealed in IndexedDB.
 */
export async function measureQueries(request: QueryRequest): Promise<Figure[]> {
  const bench = await BenchLibrary.create(request.siteUrl);
  try {
    const building = await bench.fill(request.chunkCount, request.model);
    const opening = await bench.reopen(request.model);
    const n = bench.library.state.liveChunkCount;
    const asking = await measureAsking(bench, request.queryCount);
    return [
      {
        bench: 'index',
        name: 'published (indexed by words, sealed, stored)',
        n,
        chunksPerSecond: (n * 1000) / building.publishMs,
      },
      {
        bench: 'index',
        name: 'embedded and stored in the background',
        n,
        chunksPerSecond: (n * 1000) / building.embedMs,
      },
      { bench: 'unlock', name: `index of ${n} chunks brought back, by words`, n: 1, p50Ms: opening.wordsMs },
      { bench: 'unlock', name: `vectors of ${n} chunks and the model brought back`, n: 1, p50Ms: opening.vectorsMs },
      ...asking,
    ];
  } finally {
    await bench.close();
  }
}

async function measureAsking(bench: BenchLibrary, queryCount: number): Promise<Figure[]> {
  const made = new MadeText(97);
  const deps: RetrieveDeps = { ...bench.parts, settings: DEFAULT_SETTINGS.retrieval };
  const { signal } = new AbortController();
  const texts = await bench.texts();
  const timings: StageTimings[] = [];
  const coldMs: number[] = [];
  const substringMs: number[] = [];
  // The first tenth warms the compilers up and is not counted.
  const warmUp = Math.ceil(queryCount / 10);
  for (let at = -warmUp; at < queryCount; at++) {
    const query = made.words(QUERY_WORDS);
    const { hits, timings: stages } = await retrieve(query, deps, { signal });
    const cold = bench.unreadLibrary();
    const coldAt = performance.now();
    const chunks = await cold.readChunks(hits.map((hit) => hit.chunkId));
    const coldEndAt = performance.now();
    if (chunks.length !== hits.length) throw new Error('Passages that were found could not be read.');
    countSubstrings(query, texts);
    const substringEndAt = performance.now();
    if (at < 0) continue;
    timings.push(stages);
    coldMs.push(coldEndAt - coldAt);
    substringMs.push(substringEndAt - coldEndAt);
  }
  const n = bench.library.state.liveChunkCount;
  const figure = (name: string, samples: readonly number[], more: Partial<Figure> = {}): Figure => ({
    bench: 'query',
    name,
    n,
    ...spread(samples),
    ...more,
  });
  const stage = (of: (timing: StageTimings) => number | undefined): number[] => timings.map((t) => of(t) ?? 0);
  const lexical = stage((t) => t.lexicalMs);
  const ratio = percentile(lexical, 0.5) / percentile(substringMs, 0.5);
  const between = stage(
    (t) =>
      t.totalMs -
      [t.embedMs, t.lexicalMs, t.denseMs, t.fuseMs, t.diversifyMs, t.readMs].reduce<number>(
        (sum, ms) => sum + (ms ?? 0),
        0,
      ),
  );
  return [
    figure(
      'embed query',
      stage((t) => t.embedMs),
    ),
    figure('substring search over all texts', substringMs, { note: 'the rival: String.includes for each word' }),
    figure('lexical', lexical, { ratio, rival: 'substring search' }),
    figure(
      'dense',
      stage((t) => t.denseMs),
      { note: `flat, ${bench.library.space?.dimensions ?? 0} dimensions` },
    ),
    figure(
      'fuse',
      stage((t) => t.fuseMs),
    ),
    figure(
      'diversify',
      stage((t) => t.diversifyMs),
    ),
    figure(
      'read passages, neighbours included',
      stage((t) => t.readMs),
      { note: 'texts that were read before stay in memory' },
    ),
    figure('read and decrypt passages, nothing in memory', coldMs),
    figure('between threads', between, { note: 'messages to and from the search worker' }),
    figure(
      'total',
      stage((t) => t.totalMs),
      { limit: IMMEDIATE_MS, note: `${queryCount} queries of ${QUERY_WORDS} words` },
    ),
  ];
}

function countSubstrings(query: string, texts: readonly string[]): number {
  const words = query.split(' ');
  let count = 0;
  for (const text of texts) for (const word of words) if (text.includes(word)) count++;
  return count;
}
