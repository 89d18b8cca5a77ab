import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readBeir, type BeirCollection } from '../../../../scripts/beir.ts';
import type { Passage } from '../../../../src/domain/citation.ts';
import {
  idFromBytes,
  type ChunkId,
  type DocumentId,
  type SegmentId,
  type VersionId,
} from '../../../../src/domain/ids.ts';
import { extractAnswer } from '../../../../src/engine/extractive.ts';
import { ndcgAtK } from '../../../../src/engine/metrics.ts';
import { SearchIndex } from '../../../../workers/search/search-index.ts';

const material = resolve(
  import.meta.dirname,
  '../../../..',
  process.env['COMMONPLACE_MATERIAL'] ?? '../shared',
  'data',
);
const isThere = (name: string): boolean => existsSync(join(material, name, 'corpus.jsonl'));

function numberedId<Id extends ChunkId | DocumentId | SegmentId | VersionId>(number: number): Id {
  const bytes = new Uint8Array(16);
  new DataView(bytes.buffer).setUint32(12, number);
  return idFromBytes<Id>(bytes);
}

async function indexOf({ documents }: BeirCollection): Promise<SearchIndex> {
  const index = new SearchIndex();
  const chunks = documents.map(({ title, text }, at) => ({
    chunkId: numberedId<ChunkId>(at),
    title,
    headings: '',
    body: text,
    fileName: '',
  }));
  await index.addSegment({
    segmentId: numberedId(0),
    chunkIds: chunks.map(({ chunkId }) => chunkId),
    documentIds: chunks.map((_, at) => numberedId<DocumentId>(at)),
    tombstones: [],
    lexical: await index.buildLexical(chunks),
  });
  return index;
}

const request = { k: 10, candidateCount: 100, diversity: 0, mode: 'lexical' as const };

// Floors a little below what was measured: a guard against losing quality unnoticed.
describe.for([
  ['xquad-en', 0.974],
  ['xquad-zh', 0.96],
  ['pubmedqa', 0.978],
  ['cisi', 0.37],
  ['locomo', 0.505],
  ['scifact', 0.672],
] as const)('search by words on %s', ([name, floor]) => {
  it.skipIf(!isThere(name))(`reaches an nDCG@10 of ${floor}`, { timeout: 60_000 }, async () => {
    const collection = readBeir(join(material, name));
    const index = await indexOf(collection);
    let sum = 0;
    for (const { text, judgements } of collection.queries) {
      const { hits } = await index.search({ ...request, query: text });
      const ranking = hits.map(({ chunkId }) => collection.documents[Number.parseInt(chunkId, 16)]?.id ?? '');
      sum += ndcgAtK(ranking, judgements, 10);
    }
    expect(sum / collection.queries.length).toBeGreaterThanOrEqual(floor);
  });
});

describe('whether the library has something on a question', () => {
  const names = ['xquad-en', 'pubmedqa'];
  it.skipIf(!names.every(isThere))(
    'is told apart for two libraries and their questions',
    { timeout: 60_000 },
    async () => {
      const [general, medical] = names.map((name) => readBeir(join(material, name)));
      const supportedShare = async (library: BeirCollection, asked: BeirCollection): Promise<number> => {
        const index = await indexOf(library);
        const questions = asked.queries.filter((_, at) => at % 10 === 0);
        let supported = 0;
        for (const { text } of questions) {
          const { hits, queryTerms } = await index.search({ ...request, query: text });
          const passages = hits.map(({ chunkId }, at): Passage => {
            const number = Number.parseInt(chunkId, 16);
            const { title = '', text: body = '' } = library.documents[number] ?? {};
            const range = { start: 0, end: body.length };
            return {
              marker: at + 1,
              citation: {
                marker: at + 1,
                chunkId,
                documentId: numberedId(number),
                versionId: numberedId(number),
                title,
                path: '',
                locator: { kind: 'text', range },
                quote: { exact: '', prefix: '', suffix: '' },
              },
              headingPath: [],
              text: body,
              tokenCount: 1,
            };
          });
          if (extractAnswer(text, passages, queryTerms).isSupported) supported++;
        }
        return supported / questions.length;
      };
      if (general === undefined || medical === undefined) throw new Error('unreachable');
      expect(await supportedShare(general, general)).toBeGreaterThan(0.9);
      expect(await supportedShare(medical, medical)).toBeGreaterThan(0.9);
      expect(await supportedShare(general, medical)).toBeLessThan(0.05);
      expect(await supportedShare(medical, general)).toBeLessThan(0.15);
    },
  );
});
