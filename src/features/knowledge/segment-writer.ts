import type { Chunk } from '../../domain/chunk.ts';
import { randomId, recordIdOf } from '../../domain/ids.ts';
import type { RecordId, SegmentId } from '../../domain/ids.ts';
import type { Write } from '../../platform/storage/record-store.ts';
import { encodeRecord } from '../../platform/storage/json-record.ts';
import type { BuiltVectors, IndexableChunk, SegmentLoad, VectorLoad } from '../../platform/compute/ports.ts';
import type { VectorSpace } from './library.ts';
import { BLOCK_TEXT_LENGTH, INDEX_VERSION } from './manifest.ts';
import type { ChunkBlockEntry, SegmentEntry, VectorEntry } from './manifest.ts';
import { SegmentTable } from './segment-table.ts';

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

/**
 * Lays out one immutable segment. Pure but for the fresh ids; nothing is stored yet. `kept`: blocks of other segments that
 * hold the texts of just these chunks in this order; those of a block that is absent are written.
 */
export function prepareSegment(
  chunks: readonly Chunk[],
  lexical: Uint8Array,
  vectors: readonly SegmentVectors[],
  activeModelKey: string | undefined,
  kept: readonly KeptBlock[] = [{ chunkCount: chunks.length }],
): PreparedSegment {
  const segmentId = randomId<SegmentId>();
  const lexicalId = randomId<RecordId>();
  const table = SegmentTable.of(chunks);
  const { blocks, writes } = layOutBlocks(chunks, kept);
  writes.push({ kind: 'put', store: 'lexical', id: lexicalId, value: lexical });
  writes.push(tableWrite(segmentId, table));

  const vectorEntries: Record<string, VectorEntry> = {};
  let activeVectors: VectorLoad | undefined;
  for (const { modelKey, dimensions, built, isComplete } of vectors) {
    const stored = storeVectors({ modelKey, dimensions }, built, isComplete);
    vectorEntries[modelKey] = stored.entry;
    writes.push(...stored.writes);
    if (modelKey === activeModelKey) activeVectors = { modelKey, dimensions, ...built };
  }
  return {
    entry: {
      segmentId,
      chunkCount: chunks.length,
      blocks,
      lexicalId,
      indexVersion: INDEX_VERSION,
      vectors: vectorEntries,
      tombstones: [],
    },
    table,
    writes,
    load: segmentLoad(segmentId, table, [], lexical, activeVectors),
  };
}

/** A run of a new segment's chunks: in a block that there is already, or, without `blockId`, still to be written. */
export interface KeptBlock {
  readonly blockId?: RecordId;
  readonly chunkCount: number;
}

/** What the search index takes in of a segment. */
export function segmentLoad(
  segmentId: SegmentId,
  table: SegmentTable,
  tombstones: readonly number[],
  lexical: Uint8Array,
  vectors: VectorLoad | undefined,
): SegmentLoad {
  return {
    segmentId,
    chunkIds: table.chunkColumn.bytes,
    documentIds: table.documentColumn.bytes,
    documentPlaces: table.documentPlaces,
    positions: table.positions,
    tombstones,
    lexical,
    ...(vectors && { vectors }),
  };
}

export function tableWrite(segmentId: SegmentId, table: SegmentTable): Write {
  return { kind: 'put', store: 'segments', id: recordIdOf(segmentId), value: table.encode() };
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

function layOutBlocks(
  chunks: readonly Chunk[],
  kept: readonly KeptBlock[],
): { blocks: ChunkBlockEntry[]; writes: Write[] } {
  const blocks: ChunkBlockEntry[] = [];
  const writes: Write[] = [];
  let first = 0;
  for (const { blockId: keptId, chunkCount } of kept) {
    const last = first + chunkCount;
    if (keptId !== undefined) {
      blocks.push({ blockId: keptId, firstOrdinal: first, chunkCount });
      first = last;
    }
    while (first < last) {
      let end = first;
      let length = 0;
      while (end < last && (end === first || length < BLOCK_TEXT_LENGTH)) length += chunks[end++]!.text.length;
      const blockId = randomId<RecordId>();
      blocks.push({ blockId, firstOrdinal: first, chunkCount: end - first });
      writes.push({ kind: 'put', store: 'chunks', id: blockId, value: encodeRecord(chunks.slice(first, end)) });
      first = end;
    }
  }
  return { blocks, writes };
}

/** The deletes that go with a segment's removal from the manifest, but for blocks that another segment takes over. */
export function segmentDeletes(entry: SegmentEntry, keptBlocks: ReadonlySet<RecordId> = new Set()): Write[] {
  const former = Object.values(entry.formerVectors ?? {});
  return [
    { kind: 'delete', store: 'segments', id: recordIdOf(entry.segmentId) },
    { kind: 'delete', store: 'lexical', id: entry.lexicalId },
    ...entry.blocks
      .filter((block) => !keptBlocks.has(block.blockId))
      .map((block): Write => ({ kind: 'delete', store: 'chunks', id: block.blockId })),
    ...Object.values(entry.vectors).flatMap(vectorDeletes),
    ...former.map(({ vectorsId }): Write => ({ kind: 'delete', store: 'vectors', id: vectorsId })),
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
