import { oneRowEach } from '../../src/domain/passage-vectors.ts';
import { idFromBytes, type ChunkId, type DocumentId, type SegmentId } from '../../src/domain/ids.ts';
import type { StageTimings } from '../../src/domain/hit.ts';
import type { SearchRequest } from '../../workers/search/api.ts';
import { SearchIndex } from '../../workers/search/search-index.ts';
import { randomFrom } from './made-text.ts';

/** One measured figure; printed as a line of JSON. */
export interface BenchFigure {
  readonly bench: 'search';
  readonly name: string;
  /** Chunks in the index, or chunks built. */
  readonly n: number;
  readonly p50Ms?: number;
  readonly p95Ms?: number;
  readonly buildMs?: number;
  readonly memoryBytes?: number;
  readonly bytesPerChunk?: number;
}

export interface SearchBenchOptions {
  readonly chunkCount: number;
  readonly dimensions: number;
  readonly queryCount: number;
}

const SEGMENT_SIZE = 1000;
const VOCABULARY = 30_000;
const WORDS_PER_CHUNK = 120;
const TOPICS = 200;

/**
 * Times each stage of a search, and building, over made-up passages: words drawn by Zipf's law, vectors clustered by
 * topic as sentence embeddings are. Runs in Node and in a worker alike; the same figures every time but for the clock.
 */
export async function runSearchBench(options: SearchBenchOptions): Promise<BenchFigure[]> {
  const { chunkCount, dimensions, queryCount } = options;
  const random = randomFrom(20261121);
  const words = zipfWords(random);
  const topics = Array.from({ length: TOPICS }, () => gaussianRow(random, dimensions));
  const index = new SearchIndex();
  let lexicalMs = 0;
  let vectorMs = 0;
  let addMs = 0;
  for (let first = 0; first < chunkCount; first += SEGMENT_SIZE) {
    const count = Math.min(SEGMENT_SIZE, chunkCount - first);
    const chunks = Array.from({ length: count }, (_, at) => ({
      chunkId: numberedId<ChunkId>(first + at),
      title: words(4),
      headings: words(6),
      body: words(WORDS_PER_CHUNK),
      fileName: `${words(1)}.md`,
    }));
    const rows = new Float32Array(count * dimensions);
    for (let at = 0; at < count; at++) rows.set(topicRow(random, topics, dimensions), at * dimensions);
    const startedAt = performance.now();
    const lexical = await index.buildLexical(chunks);
    const lexicalAt = performance.now();
    const built = await index.buildVectors(oneRowEach(rows, dimensions), dimensions);
    const vectorAt = performance.now();
    await index.addSegment({
      segmentId: numberedId(first),
      chunkIds: chunks.map(({ chunkId }) => chunkId),
      documentIds: chunks.map((_, at) => numberedId<DocumentId>(Math.floor((first + at) / 20))),
      tombstones: [],
      lexical,
      vectors: { modelKey: 'bench', dimensions, ...built },
    });
    lexicalMs += lexicalAt - startedAt;
    vectorMs += vectorAt - lexicalAt;
    addMs += performance.now() - vectorAt;
  }
  const timings: StageTimings[] = [];
  // The first tenth warms the compiler up and is not counted.
  const warmUp = Math.ceil(queryCount / 10);
  for (let at = 0; at < queryCount + warmUp; at++) {
    const request: SearchRequest = {
      query: words(8),
      queryVector: topicRow(random, topics, dimensions),
      modelKey: 'bench',
      k: 8,
      candidateCount: 100,
      diversity: 0.3,
      mode: 'hybrid',
    };
    const outcome = await index.search(request);
    if (at >= warmUp) timings.push(outcome.timings);
  }
  const { memoryBytes } = await index.statistics();
  const figure = (name: string, rest: Omit<BenchFigure, 'bench' | 'name' | 'n'>): BenchFigure => ({
    bench: 'search',
    name,
    n: chunkCount,
    ...rest,
  });
  const stage = (name: string, of: (timing: StageTimings) => number | undefined): BenchFigure => {
    const sorted = timings.map((timing) => of(timing) ?? 0).sort((a, b) => a - b);
    const at = (share: number): number => sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? 0;
    return figure(name, { p50Ms: at(0.5), p95Ms: at(0.95) });
  };
  return [
    stage('lexical', ({ lexicalMs: ms }) => ms),
    stage(`dense-flat-${dimensions}`, ({ denseMs: ms }) => ms),
    stage('fuse', ({ fuseMs: ms }) => ms),
    stage('diversify', ({ diversifyMs: ms }) => ms),
    stage('query-total', ({ totalMs: ms }) => ms),
    figure('build-lexical', { buildMs: lexicalMs }),
    figure('build-vectors', { buildMs: vectorMs }),
    figure('load-segments', { buildMs: addMs }),
    figure('memory', { memoryBytes, bytesPerChunk: memoryBytes / chunkCount }),
  ];
}

function numberedId<Id extends ChunkId | DocumentId | SegmentId>(number: number): Id {
  const bytes = new Uint8Array(16);
  new DataView(bytes.buffer).setUint32(12, number);
  return idFromBytes<Id>(bytes);
}

/** Texts of words whose frequency falls with their rank. */
function zipfWords(random: () => number): (count: number) => string {
  const syllables = [
    'ka',
    'lo',
    'mi',
    'ter',
    'sun',
    'ver',
    'dro',
    'pel',
    'ga',
    'rin',
    'sto',
    'fen',
    'bal',
    'qui',
    'zar',
    'ne',
  ];
  const wordOf = (rank: number): string => {
    let word = '';
    for (let rest = rank + 16; rest > 0; rest = Math.floor(rest / 16)) word += syllables[rest % 16] ?? '';
    return word;
  };
  const vocabulary = Array.from({ length: VOCABULARY }, (_, rank) => wordOf(rank));
  return (count) => {
    const chosen: string[] = [];
    // The inverse of the continuous Zipf distribution with exponent 1: rank = N^u.
    for (let i = 0; i < count; i++) chosen.push(vocabulary[Math.floor(VOCABULARY ** random()) - 1] ?? '');
    return chosen.join(' ');
  };
}

function gaussianRow(random: () => number, dimensions: number): Float32Array {
  // Sum of uniforms: near enough to normal for directions.
  return Float32Array.from({ length: dimensions }, () => random() + random() + random() + random() - 2);
}

function topicRow(random: () => number, topics: readonly Float32Array[], dimensions: number): Float32Array {
  const topic = topics[Math.floor(random() * topics.length)];
  const row = gaussianRow(random, dimensions).map((value, i) => value + (topic?.[i] ?? 0));
  const length = Math.hypot(...row);
  return row.map((value) => value / length);
}
