import type { Chunk, ChunkDraft } from '../../domain/chunk.ts';
import type { SourceDocument } from '../../domain/document.ts';
import { randomId, recordIdOf } from '../../domain/ids.ts';
import type { ChunkId, DocumentId, VersionId } from '../../domain/ids.ts';
import type { Searcher } from '../../platform/compute/ports.ts';
import { encodeRecord } from '../../platform/storage/json-record.ts';
import type { Write } from '../../platform/storage/record-store.ts';
import { copyVectors } from './copy-vectors.ts';
import type { IdentityOf, Library, VectorSpace } from './library.ts';
import { FRESH_SEGMENT_CHUNKS } from './manifest.ts';
import { embeddingText, indexable, prepareSegment } from './segment-writer.ts';
import type { PreparedSegment, SegmentVectors } from './segment-writer.ts';

export interface PublicationContext {
  readonly library: Library;
  readonly searcher: Searcher;
  readonly identityOf: IdentityOf;
}

/**
 * Lays out the segments of a version's chunks, with the vectors of content that the library knows already. `reusedCount`:
 * chunks whose vectors were copied in the space that queries use.
 */
export async function preparePublication(
  document: SourceDocument,
  versionId: VersionId,
  drafts: readonly ChunkDraft[],
  spaces: readonly VectorSpace[],
  { library, searcher, identityOf }: PublicationContext,
): Promise<{ readonly prepared: PreparedSegment[]; readonly reusedCount: number }> {
  const chunks = await identify(document.documentId, versionId, drafts, identityOf);
  const activeKey = library.space?.modelKey;
  const prepared: PreparedSegment[] = [];
  let reusedCount = 0;
  for (let first = 0; first < chunks.length; first += FRESH_SEGMENT_CHUNKS) {
    const part = chunks.slice(first, first + FRESH_SEGMENT_CHUNKS);
    const lexical = await searcher.buildLexical(part.map((chunk) => indexable(chunk, document.title, document.path)));
    const vectors: SegmentVectors[] = [];
    for (const space of spaces) {
      const copied = await copyVectors(part, space, library, searcher);
      if (space.modelKey === activeKey) reusedCount += copied.count;
      if (copied.vectors) vectors.push(copied.vectors);
    }
    prepared.push(prepareSegment(part, lexical, vectors, activeKey));
  }
  return { prepared, reusedCount };
}

async function identify(
  documentId: DocumentId,
  versionId: VersionId,
  drafts: readonly ChunkDraft[],
  identityOf: IdentityOf,
): Promise<Chunk[]> {
  const encoder = new TextEncoder();
  return Promise.all(
    drafts.map(async (draft, position) => ({
      ...draft,
      chunkId: randomId<ChunkId>(),
      documentId,
      versionId,
      position,
      identity: await identityOf('chunk', encoder.encode(embeddingText(draft))),
    })),
  );
}

/** A document, version or text as the record that holds it. */
export function putRecord(
  store: 'documents' | 'versions' | 'texts',
  id: DocumentId | VersionId,
  value: unknown,
): Write {
  return { kind: 'put', store, id: recordIdOf(id), value: encodeRecord(value) };
}

/** The deletes that go with a version: its bytes, its text and what is known of it. */
export function versionDeletes(versionId: VersionId): Write[] {
  return (['versions', 'sources', 'texts'] as const).map((store) => ({
    kind: 'delete',
    store,
    id: recordIdOf(versionId),
  }));
}
