import { randomId, type ChunkId, type DocumentId, type SegmentId } from '../../src/domain/ids.ts';
import type { IndexableChunk } from './api.ts';
import { SearchIndex } from './search-index.ts';

const DIMENSIONS = 64;
const CHUNKS = 48;
const WORDS_PER_CHUNK = 40;
/** After so many the code that a search runs through has been compiled. */
const SEARCHES = 8;
const MODEL_KEY = 'warm-up';

/** Searches a small made-up index that nobody else sees, so that the first question finds the code compiled. */
export async function warmUp(): Promise<void> {
  const index = new SearchIndex();
  const chunks = Array.from({ length: CHUNKS }, (_, at): IndexableChunk => {
    const body = Array.from({ length: WORDS_PER_CHUNK }, (_, word) => `word${(at * 7 + word * word) % 97}`).join(' ');
    return { chunkId: randomId<ChunkId>(), title: `title ${at}`, headings: 'heading', body, fileName: 'made.md' };
  });
  const vectors = Float32Array.from({ length: CHUNKS * DIMENSIONS }, (_, at) => Math.sin(at * at + 1));
  const rowCounts = new Uint16Array(CHUNKS).fill(1);
  const [lexical, built] = [
    await index.buildLexical(chunks),
    await index.buildVectors({ vectors, rowCounts }, DIMENSIONS),
  ];
  await index.addSegment({
    segmentId: randomId<SegmentId>(),
    chunkIds: chunks.map(({ chunkId }) => chunkId),
    documentIds: chunks.map(() => randomId<DocumentId>()),
    tombstones: [],
    lexical,
    vectors: { modelKey: MODEL_KEY, dimensions: DIMENSIONS, ...built },
  });
  for (let at = 0; at < SEARCHES; at++) {
    const query = `word${at} word${at + 11} word${at + 29} title`;
    await index.wordWeights(query);
    await index.search({
      query,
      queryVector: vectors.slice(at * DIMENSIONS, (at + 1) * DIMENSIONS),
      modelKey: MODEL_KEY,
      k: 8,
      candidateCount: 100,
      diversity: 0.3,
      mode: 'hybrid',
      foldsDuplicates: true,
    });
  }
}
