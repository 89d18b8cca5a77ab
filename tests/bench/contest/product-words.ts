import { idFromBytes, idToBytes, type ChunkId, type DocumentId, type SegmentId } from '../../../src/domain/ids.ts';
import { MERGED_SEGMENT_CHUNKS } from '../../../src/features/knowledge/manifest.ts';
import type { SearchRequest, SegmentLoad } from '../../../workers/search/api.ts';
import { SearchIndex } from '../../../workers/search/search-index.ts';
import type { WordContestant } from './word-contestant.ts';

export interface ProductWords extends WordContestant {
  /** What a question comes to that is more than words. */
  ask(question: Question, k: number): Promise<readonly number[]>;
}

export type Question = Pick<SearchRequest, 'query' | 'phrases' | 'excluded' | 'prefixes'>;

/** The product's index in segments as large as the app merges them, asked by words alone as the app asks it. */
export function productWords(): ProductWords {
  let index = new SearchIndex();
  let loads: SegmentLoad[] = [];
  const ask = async (question: Question, k: number): Promise<readonly number[]> => {
    const { hits } = await index.search({ ...question, k, candidateCount: 100, diversity: 0, mode: 'lexical' });
    return hits.map(({ chunkId }) => numberOf(chunkId));
  };
  return {
    ask,
    note: `${MERGED_SEGMENT_CHUNKS} chunks a segment`,
    async build(passages) {
      for (let first = 0; first < passages.length; first += MERGED_SEGMENT_CHUNKS) {
        const chunks = passages.slice(first, first + MERGED_SEGMENT_CHUNKS).map((body, at) => ({
          chunkId: numberedId<ChunkId>(first + at),
          title: '',
          headings: '',
          body,
          fileName: '',
        }));
        const load: SegmentLoad = {
          segmentId: numberedId<SegmentId>(first),
          chunkIds: numberedIds(first, chunks.length),
          documentIds: numberedIds(first, chunks.length),
          tombstones: [],
          lexical: await index.buildLexical(chunks),
        };
        await index.addSegment(load);
        loads.push(load);
      }
    },
    search: (query, k) => ask({ query }, k),
    save() {
      return new Map(loads.map(({ segmentId, lexical }) => [segmentId, lexical]));
    },
    async load(saved) {
      index = new SearchIndex();
      loads = loads.map((load) => ({ ...load, lexical: bytesIn(saved, load.segmentId) }));
      for (const load of loads) await index.addSegment(load);
    },
  };
}

function bytesIn(saved: ReadonlyMap<string, string | Uint8Array>, name: string): Uint8Array {
  const bytes = saved.get(name);
  if (!(bytes instanceof Uint8Array)) throw new Error(`${name} was not saved.`);
  return bytes;
}

function numberedIds(first: number, count: number): Uint8Array {
  const bytes = new Uint8Array(16 * count);
  const view = new DataView(bytes.buffer);
  for (let at = 0; at < count; at++) view.setUint32(16 * at + 12, first + at);
  return bytes;
}

function numberedId<Id extends ChunkId | DocumentId | SegmentId>(number: number): Id {
  return idFromBytes<Id>(numberedIds(number, 1));
}

function numberOf(id: ChunkId): number {
  return new DataView(idToBytes(id).slice().buffer).getUint32(12);
}
