import type { Chunk } from '../../domain/chunk.ts';
import type { NearMiss } from '../../domain/explanation.ts';
import type { Hit } from '../../domain/hit.ts';
import type { ChunkId, VersionId } from '../../domain/ids.ts';
import type { ContextLookup } from '../../engine/context.ts';
import type { AnswerTrace } from './answer-trace.ts';
import type { Library } from './library.ts';

export interface ReadPassages {
  /** The hits and their neighbours. */
  readonly lookup: ContextLookup;
  readonly nearMisses: readonly NearMiss[];
}

/** Reads all that an answer shows in one go: hits, `neighbourCount` chunks on each side of them, and near misses. */
export async function readPassages(
  hits: readonly Hit[],
  nearMisses: readonly Hit[],
  neighbourCount: number,
  library: Library,
  trace: AnswerTrace,
): Promise<ReadPassages> {
  const { state } = library;
  state.preparePlaces([...hits, ...nearMisses].map(({ chunkId }) => chunkId));
  const shown = new Set(hits.flatMap(({ chunkId }) => [chunkId, ...state.neighbours(chunkId, neighbourCount)]));
  const wanted = new Set([...shown, ...nearMisses.map(({ chunkId }) => chunkId)]);
  const found = new Map((await library.readChunks([...wanted], trace)).map((chunk) => [chunk.chunkId, chunk]));
  const byPlace = new Map<string, Chunk>();
  for (const chunkId of shown) {
    const chunk = found.get(chunkId);
    if (chunk) byPlace.set(placeOf(chunk.versionId, chunk.position), chunk);
  }
  return {
    lookup: {
      chunkOf: (chunkId) => (shown.has(chunkId) ? found.get(chunkId) : undefined),
      chunkAt: (versionId, position) => byPlace.get(placeOf(versionId, position)),
      sourceOf: (chunk) => sourceOf(chunk, library),
    },
    nearMisses: describeNearMisses(nearMisses, found, library),
  };
}

/** The passages that came closest to being hits, by the documents they stand in; `chunks` holds them, read. */
export function describeNearMisses(
  nearMisses: readonly Hit[],
  chunks: ReadonlyMap<ChunkId, Chunk>,
  library: Library,
): NearMiss[] {
  return nearMisses.flatMap(({ chunkId, score, lexicalRank, denseRank }) => {
    const chunk = chunks.get(chunkId);
    const document = chunk && library.state.documents.get(chunk.documentId);
    if (!document) return [];
    return {
      title: document.title,
      path: document.path,
      score,
      ...(lexicalRank !== undefined && { lexicalRank }),
      ...(denseRank !== undefined && { denseRank }),
    };
  });
}

/** What a citation shows of the document a chunk comes from. */
export function sourceOf(chunk: Chunk, library: Library): { readonly title: string; readonly path: string } {
  const document = library.state.documents.get(chunk.documentId);
  return { title: document?.title ?? '', path: document?.path ?? '' };
}

function placeOf(versionId: VersionId, position: number): string {
  return `${versionId} ${position}`;
}
