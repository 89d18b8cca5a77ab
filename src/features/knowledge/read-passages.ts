import type { Chunk } from '../../domain/chunk.ts';
import type { NearMiss } from '../../domain/explanation.ts';
import type { Hit } from '../../domain/hit.ts';
import type { VersionId } from '../../domain/ids.ts';
import type { ContextLookup } from '../../engine/context.ts';
import type { AnswerTrace } from './answer-trace.ts';
import type { Library } from './library.ts';

export interface ReadPassages {
  /** The hits and their neighbours. */
  readonly lookup: ContextLookup;
  readonly nearMisses: readonly NearMiss[];
}

/**
 * Reads all that an answer shows in one go: hits, `neighbourCount` chunks on each side of them, and of near misses the
 * documents they stand in.
 */
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
  const [chunks, missed] = await Promise.all([
    library.readChunks([...shown], trace),
    describeNearMisses(nearMisses, library),
  ]);
  const found = new Map(chunks.map((chunk) => [chunk.chunkId, chunk]));
  const byPlace = new Map<string, Chunk>();
  for (const chunk of chunks) byPlace.set(placeOf(chunk.versionId, chunk.position), chunk);
  return {
    lookup: {
      chunkOf: (chunkId) => found.get(chunkId),
      chunkAt: (versionId, position) => byPlace.get(placeOf(versionId, position)),
      sourceOf: (chunk) => sourceOf(chunk, library),
    },
    nearMisses: missed,
  };
}

/** The passages that came closest to being hits, by the documents they stand in. */
export async function describeNearMisses(nearMisses: readonly Hit[], library: Library): Promise<NearMiss[]> {
  const { state } = library;
  await library.reader.readDocumentsOf(nearMisses.map(({ chunkId }) => chunkId));
  return nearMisses.flatMap(({ chunkId, score, lexicalRank, denseRank }) => {
    const documentId = state.documentOf(chunkId);
    const document = documentId && state.documents.get(documentId);
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
