import type { SearchApi } from '../../../workers/search/api.ts';
import type { Searcher } from './ports.ts';
import { spawnSearch } from './spawn.ts';
import { WorkerHandle } from './worker-handle.ts';

/** The search index in its worker. */
export interface ComputeSearcher {
  readonly api: Searcher;
  dispose(): void;
}

export function spawnSearcher(): ComputeSearcher {
  const worker = new WorkerHandle<SearchApi>(spawnSearch);
  const api: Searcher = {
    buildLexical: (chunks) => worker.call((remote) => remote.buildLexical(chunks)),
    buildVectors: (rows, dimensions) => worker.call((remote) => remote.buildVectors(rows, dimensions)),
    addSegment: (segment) => worker.call((remote) => remote.addSegment(segment)),
    setVectors: (segmentId, vectors) => worker.call((remote) => remote.setVectors(segmentId, vectors)),
    replaceSegments: (removed, added) => worker.call((remote) => remote.replaceSegments(removed, added)),
    tombstone: (chunkIds) => worker.call((remote) => remote.tombstone(chunkIds)),
    readVectors: (chunkIds, modelKey) => worker.call((remote) => remote.readVectors(chunkIds, modelKey)),
    search: (request) => worker.call((remote) => remote.search(request)),
    statistics: () => worker.call((remote) => remote.statistics()),
  };
  return {
    api,
    dispose: () => {
      worker.terminate();
    },
  };
}
