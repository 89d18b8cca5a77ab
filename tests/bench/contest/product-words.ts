import { idFromBytes, idToBytes, type ChunkId, type DocumentId, type SegmentId } from '../../../src/domain/ids.ts';
import { MERGED_SEGMENT_CHUNKS } from '../../../src/features/knowledge/manifest.ts';
import type { SegmentLoad } from '../../../workers/search/api.ts';
import { SearchIndex } from '../../../workers/search/search-index.ts';
import type { WordContestant } from './word-contestant.ts';

/** The product's index in segments as large as the app merges them, asked by words alone as the app asks it. */
export function productWords(): WordContestant {
  let index = new SearchIndex();
  let loads: SegmentLoad[] = [];
  return {
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
    async search(query, k) {
      const request = { query, k, candidateCount: 100, diversity: 0, mode: 'lexical' } as const;
      const { hits } = await index.search(request);
      return hits.map(({ chunkId }) => numberOf(chunkId));
    },
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
