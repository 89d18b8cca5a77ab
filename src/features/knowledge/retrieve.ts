import type { Chunk } from '../../domain/chunk.ts';
import type { Citation, Passage } from '../../domain/citation.ts';
import type { Hit, StageTimings } from '../../domain/hit.ts';
import type { ChunkId } from '../../domain/ids.ts';
import type { RetrievalSettings } from '../../domain/settings.ts';
import { packContext } from '../../engine/context.ts';
import type { ContextLookup } from '../../engine/context.ts';
import type { Searcher, SearchOutcome } from '../../platform/compute/ports.ts';
import type { Library } from './library.ts';
import type { Meaning } from './meaning.ts';

export interface RetrieveDeps {
  readonly library: Library;
  readonly searcher: Searcher;
  readonly meaning: Meaning;
  readonly settings: RetrievalSettings;
}

export interface Retrieval {
  readonly hits: readonly Hit[];
  readonly passages: readonly Passage[];
  readonly queryTerms: SearchOutcome['queryTerms'];
  /** Cosine of the nearest passage; absent when words alone were searched. */
  readonly bestCosine?: number;
  readonly timings: StageTimings;
}

/** Question → hits by words and meaning → their passages with neighbours, numbered and within the token budget. */
export async function retrieve(
  query: string,
  deps: RetrieveDeps,
  options: { readonly signal: AbortSignal },
): Promise<Retrieval> {
  const startedAt = performance.now();
  const queryVector = await deps.meaning.embedQuery(query, options);
  const embeddedAt = performance.now();
  options.signal.throwIfAborted();
  const { space } = deps.library;
  const { passageCount, candidateCount, diversity, contextTokens, neighbourCount } = deps.settings;
  const outcome = await deps.searcher.search({
    query,
    ...(queryVector && space && { queryVector, modelKey: space.modelKey }),
    k: passageCount,
    candidateCount,
    diversity,
    mode: queryVector ? 'hybrid' : 'lexical',
  });
  options.signal.throwIfAborted();
  const searchedAt = performance.now();
  const lookup = await readWithNeighbours(outcome.hits, neighbourCount, deps.library);
  const passages = packContext(outcome.hits, lookup, { budgetTokens: contextTokens, neighbourCount });
  const endedAt = performance.now();
  const cosines = outcome.hits.map((hit) => hit.denseScore).filter((score) => score !== undefined);
  return {
    hits: outcome.hits,
    passages,
    queryTerms: outcome.queryTerms,
    ...(cosines.length > 0 && { bestCosine: Math.max(...cosines) }),
    timings: {
      ...outcome.timings,
      ...(queryVector && { embedMs: embeddedAt - startedAt }),
      readMs: endedAt - searchedAt,
      totalMs: endedAt - startedAt,
    },
  };
}

/** The pointer to a chunk, good for as long as the message that holds it. */
export function citationOf(chunk: Chunk, marker: number, library: Library): Citation {
  const { chunkId, documentId, versionId, locator, quote } = chunk;
  return { marker, chunkId, documentId, versionId, ...sourceOf(chunk, library), locator, quote };
}

function sourceOf(chunk: Chunk, library: Library): { readonly title: string; readonly path: string } {
  const document = library.state.documents.get(chunk.documentId);
  return { title: document?.title ?? '', path: document?.path ?? '' };
}

async function readWithNeighbours(
  hits: readonly Hit[],
  neighbourCount: number,
  library: Library,
): Promise<ContextLookup> {
  const byId = new Map<ChunkId, Chunk>();
  for (const chunk of await library.readChunks(hits.map((hit) => hit.chunkId))) byId.set(chunk.chunkId, chunk);
  const neighbours = new Set<ChunkId>();
  for (const chunk of byId.values()) {
    const siblings = library.state.chunksOfVersion(chunk.versionId);
    for (let distance = -neighbourCount; distance <= neighbourCount; distance++) {
      const sibling = siblings.get(chunk.position + distance);
      if (sibling && !byId.has(sibling)) neighbours.add(sibling);
    }
  }
  for (const chunk of await library.readChunks([...neighbours])) byId.set(chunk.chunkId, chunk);
  return {
    chunkOf: (chunkId) => byId.get(chunkId),
    chunkAt: (versionId, position) => {
      const chunkId = library.state.chunksOfVersion(versionId).get(position);
      return chunkId && byId.get(chunkId);
    },
    sourceOf: (chunk) => sourceOf(chunk, library),
  };
}
