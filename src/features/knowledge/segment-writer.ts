import type { Chunk } from '../../domain/chunk.ts';
import { randomId, recordIdOf } from '../../domain/ids.ts';
import type { RecordId, SegmentId } from '../../domain/ids.ts';
import type { Write } from '../../platform/storage/record-store.ts';
import { encodeRecord } from '../../platform/storage/json-record.ts';
import type { BuiltVectors, IndexableChunk, SegmentLoad, VectorLoad } from '../../platform/compute/ports.ts';
import type { VectorSpace } from './library.ts';
import { BLOCK_TEXT_LENGTH } from './manifest.ts';
import type { ChunkBlockEntry, SegmentEntry, SegmentTable, VectorEntry } from './manifest.ts';

/** A segment ready to be committed: its manifest entry, its table, its writes, and what the search index loads. */
export interface PreparedSegment {
  readonly entry: SegmentEntry;
  readonly table: SegmentTable;
  readonly writes: readonly Write[];
  readonly load: SegmentLoad;
}

export interface SegmentVectors {
  readonly modelKey: string;
  readonly dimensions: number;
  readonly built: BuiltVectors;
  readonly isComplete: boolean;
}

/** Lays out one immutable segment. Pure but for the fresh ids; nothing is stored yet. */
export function prepareSegment(
  chunks: readonly Chunk[],
  lexical: Uint8Array,
  vectors: readonly SegmentVectors[],
  activeModelKey: string | undefined,
): PreparedSegment {
  const segmentId = randomId<SegmentId>();
  const lexicalId = randomId<RecordId>();
  const table: SegmentTable = {
    chunkIds: chunks.map((chunk) => chunk.chunkId),
    documentIds: chunks.map((chunk) => chunk.documentId),
    versionIds: chunks.map((chunk) => chunk.versionId),
    positions: chunks.map((chunk) => chunk.position),
    identities: chunks.map((chunk) => chunk.identity),
  };
  const { blocks, writes } = layOutBlocks(chunks);
  writes.push({ kind: 'put', store: 'lexical', id: lexicalId, value: lexical });
  writes.push({ kind: 'put', store: 'segments', id: recordIdOf(segmentId), value: encodeRecord(table) });

  const vectorEntries: Record<string, VectorEntry> = {};
  let activeVectors: VectorLoad | undefined;
  for (const { modelKey, dimensions, built, isComplete } of vectors) {
    const stored = storeVectors({ modelKey, dimensions }, built, isComplete);
    vectorEntries[modelKey] = stored.entry;
    writes.push(...stored.writes);
    if (modelKey === activeModelKey) activeVectors = { modelKey, dimensions, ...built };
  }
  return {
    entry: { segmentId, chunkCount: chunks.length, blocks, lexicalId, vectors: vectorEntries, tombstones: [] },
    table,
    writes,
    load: {
      segmentId,
      chunkIds: table.chunkIds,
      documentIds: table.documentIds,
      tombstones: [],
      lexical,
      ...(activeVectors && { vectors: activeVectors }),
    },
  };
}

/** A segment's vectors as records of their own, and what the manifest says of them. */
export function storeVectors(
  { dimensions }: VectorSpace,
  { codes, exact }: BuiltVectors,
  isComplete: boolean,
): { readonly entry: VectorEntry; readonly writes: readonly Write[] } {
  const entry: VectorEntry = {
    codesId: randomId<RecordId>(),
    exactId: randomId<RecordId>(),
    dimensions,
    isComplete,
  };
  return {
    entry,
    writes: [
      { kind: 'put', store: 'vectors', id: entry.codesId, value: codes },
      { kind: 'put', store: 'vectors', id: entry.exactId, value: exact },
    ],
  };
}

/** The deletes that go with vectors that are no longer wanted. */
export function vectorDeletes(entry: VectorEntry): Write[] {
  return [entry.codesId, entry.exactId].map((id) => ({ kind: 'delete', store: 'vectors', id }));
}

function layOutBlocks(chunks: readonly Chunk[]): { blocks: ChunkBlockEntry[]; writes: Write[] } {
  const blocks: ChunkBlockEntry[] = [];
  const writes: Write[] = [];
  let first = 0;
  while (first < chunks.length) {
    let end = first;
    let length = 0;
    while (end < chunks.length && (end === first || length < BLOCK_TEXT_LENGTH)) length += chunks[end++]!.text.length;
    const blockId = randomId<RecordId>();
    blocks.push({ blockId, firstOrdinal: first, chunkCount: end - first });
    writes.push({ kind: 'put', store: 'chunks', id: blockId, value: encodeRecord(chunks.slice(first, end)) });
    first = end;
  }
  return { blocks, writes };
}

/** The deletes that go with a segment's removal from the manifest. */
export function segmentDeletes(entry: SegmentEntry): Write[] {
  return [
    { kind: 'delete', store: 'segments', id: recordIdOf(entry.segmentId) },
    { kind: 'delete', store: 'lexical', id: entry.lexicalId },
    ...entry.blocks.map((block): Write => ({ kind: 'delete', store: 'chunks', id: block.blockId })),
    ...Object.values(entry.vectors).flatMap(vectorDeletes),
  ];
}

/** A chunk's fields as the keyword index takes them. */
export function indexable(chunk: Chunk, title: string, path: string): IndexableChunk {
  return {
    chunkId: chunk.chunkId,
    title,
    headings: chunk.headingPath.join('\n'),
    body: chunk.text,
    fileName: path.slice(path.lastIndexOf('/') + 1),
  };
}

/** What of a chunk is embedded, and hashed for its identity: its headings give a short passage its subject. */
export function embeddingText(chunk: { readonly headingPath: readonly string[]; readonly text: string }): string {
  return chunk.headingPath.length === 0 ? chunk.text : `${chunk.headingPath.join(' › ')}\n${chunk.text}`;
}
