import { transfer } from 'comlink';
import { WorkerCrashedError } from '../../domain/errors.ts';
import type { SearchWorkerApi } from '../../../workers/search/search.worker.ts';
import type { Searcher, SegmentLoad, VectorLoad } from './ports.ts';
import { spawnSearch } from './spawn.ts';
import { WorkerHandle } from './worker-handle.ts';
import type { RemoteApi } from './worker-handle.ts';

/** The search index in its worker. */
export interface ComputeSearcher {
  readonly api: Searcher;
  /** Has the code that a search runs through compiled; the index stays as it is. */
  warmUp(): Promise<void>;
  dispose(): void;
}

/** Postings and vectors given to it are moved to the worker: the caller's bytes are empty afterwards. */
export function spawnSearcher(): ComputeSearcher {
  const worker = new WorkerHandle<SearchWorkerApi>(spawnSearch, { task: 'searching' });
  const call = <T>(run: (remote: RemoteApi<SearchWorkerApi>) => Promise<T>): Promise<T> => {
    // A new worker would have an empty index and find nothing: better to say what happened.
    if (worker.generation > 0 && !worker.isRunning) {
      throw new WorkerCrashedError(
        'The search index stopped unexpectedly. Your library is safe. Lock it and unlock it again to bring the index back.',
      );
    }
    return worker.call(run);
  };
  const api: Searcher = {
    buildLexical: (chunks) => call((remote) => remote.buildLexical(chunks)),
    buildVectors: (passages, dimensions) => call((remote) => remote.buildVectors(passages, dimensions)),
    addSegment: (segment) => call((remote) => remote.addSegment(transfer(segment, buffersOf([segment])))),
    setVectors: (segmentId, vectors) =>
      call((remote) => remote.setVectors(segmentId, transfer(vectors, vectorBuffers(vectors)))),
    setExact: (segmentId, modelKey, exact) =>
      call((remote) => remote.setExact(segmentId, modelKey, exact && transfer(exact, [exact.buffer]))),
    replaceSegments: (removed, added) =>
      call((remote) => remote.replaceSegments(removed, transfer(added, buffersOf(added)))),
    tombstone: (chunkIds) => call((remote) => remote.tombstone(chunkIds)),
    readVectors: (chunkIds, modelKey) => call((remote) => remote.readVectors(chunkIds, modelKey)),
    wordWeights: (query) => call((remote) => remote.wordWeights(query)),
    setTokenTable: (modelKey, table) =>
      call((remote) =>
        remote.setTokenTable(modelKey, table && transfer(table, [table.packed.buffer, table.scales.buffer])),
      ),
    search: (request) => call((remote) => remote.search(request)),
    statistics: () => call((remote) => remote.statistics()),
  };
  return {
    api,
    warmUp: () => call((remote) => remote.warmUp()),
    dispose: () => {
      worker.dispose();
    },
  };
}

function buffersOf(loads: readonly SegmentLoad[]): ArrayBufferLike[] {
  return loads.flatMap(({ lexical, vectors }) => [lexical.buffer, ...(vectors ? vectorBuffers(vectors) : [])]);
}

function vectorBuffers({ codes, exact }: VectorLoad): ArrayBufferLike[] {
  return exact ? [codes.buffer, exact.buffer] : [codes.buffer];
}
