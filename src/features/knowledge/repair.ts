import type { Chunk } from '../../domain/chunk.ts';
import { InvalidInputError } from '../../domain/errors.ts';
import { randomId } from '../../domain/ids.ts';
import type { RecordId } from '../../domain/ids.ts';
import type { IndexableChunk } from '../../platform/compute/ports.ts';
import type { RecordStore, Write } from '../../platform/storage/record-store.ts';
import { readFormerVectors } from './former-vectors.ts';
import type { Library } from './library.ts';
import type { Ailment } from './library-health.ts';
import { loadOne, type IndexSource } from './load-index.ts';
import { INDEX_VERSION } from './manifest.ts';
import type { SegmentEntry, VectorEntry } from './manifest.ts';
import { indexable, prepareSegment, segmentDeletes, storeVectors, tableWrite } from './segment-writer.ts';
import { SegmentTable } from './segment-table.ts';

/**
 * Makes anew what is damaged or was written by an older version: tables and postings from the segment's own texts, former
 * vectors by bringing them over. One segment a commit, which replaces what it repairs; a crash leaves it as it was. What
 * cannot be read at all is buried, so that its documents are read again from their kept bytes: see `markForReading`.
 */
export async function repairSegments(
  library: Library,
  source: IndexSource,
  { signal }: { readonly signal: AbortSignal },
): Promise<void> {
  for (;;) {
    const [ailment] = library.health.toRepair;
    if (!ailment || signal.aborted) return;
    await library.exclusively(() => repairOne(ailment, library, source));
  }
}

async function repairOne({ segmentId }: Ailment, library: Library, source: IndexSource): Promise<void> {
  const { state, health } = library;
  const entry = state.entry(segmentId);
  if (!entry) {
    health.forget(segmentId);
    return;
  }
  const chunks = await readAll(entry, library);
  const readable = chunks.flatMap((chunk) => chunk ?? []);
  const isWhole = readable.length === entry.chunkCount;
  const table = state.tables.get(segmentId) ?? (isWhole ? SegmentTable.of(readable) : undefined);
  if (table) await rewriteIndex(entry, chunks, table, library, source);
  else await saveReadable(entry, chunks, library, source);
  health.resolve(segmentId, 'index');
  health.resolve(segmentId, 'texts');
  library.changed();
}

/** Every chunk by ordinal, dead ones too; a gap for each in a block that cannot be opened. */
async function readAll(entry: SegmentEntry, library: Library): Promise<(Chunk | undefined)[]> {
  const chunks: (Chunk | undefined)[] = [];
  for (const { blockId, chunkCount } of entry.blocks) {
    const block = await library.readBlock(blockId);
    for (let offset = 0; offset < chunkCount; offset++) chunks.push(block?.[offset]);
  }
  return chunks;
}

async function rewriteIndex(
  entry: SegmentEntry,
  chunks: readonly (Chunk | undefined)[],
  table: SegmentTable,
  library: Library,
  source: IndexSource,
): Promise<void> {
  const { segmentId, formerVectors = {}, ...kept } = entry;
  const { store, searcher } = source;
  const lexical = await searcher.buildLexical(
    chunks.map((chunk, ordinal) => (chunk ? fieldsOf(chunk, library) : noFields(table, ordinal))),
  );
  const lexicalId = randomId<RecordId>();
  const brought = await bringOver(formerVectors, chunks.length, source);
  const lost = chunks.flatMap((chunk, ordinal) => (chunk ? [] : [ordinal]));
  const updated: SegmentEntry = {
    ...kept,
    segmentId,
    lexicalId,
    indexVersion: INDEX_VERSION,
    vectors: { ...entry.vectors, ...brought.entries },
    tombstones: [...new Set([...entry.tombstones, ...lost])].sort((a, b) => a - b),
  };
  const writes: Write[] = [
    { kind: 'put', store: 'lexical', id: lexicalId, value: lexical },
    { kind: 'delete', store: 'lexical', id: entry.lexicalId },
    tableWrite(segmentId, table),
    ...brought.writes,
  ];
  await library.swapEntries(new Map([[segmentId, updated]]), writes, new Map([[segmentId, table]]));
  library.exact.forget(segmentId);
  const onAilment = (ailment: Ailment): void => {
    if (ailment.part === 'vectors' && library.codesKey) library.doubtVectors(segmentId, library.codesKey);
  };
  await loadOne({ store, searcher }, updated, library.codesKey, onAilment);
}

/** The table is gone and so are some texts: what can be read becomes a segment of its own, without vectors. */
async function saveReadable(
  entry: SegmentEntry,
  chunks: readonly (Chunk | undefined)[],
  library: Library,
  { searcher }: IndexSource,
): Promise<void> {
  const dead = new Set(entry.tombstones);
  const saved = chunks.flatMap((chunk, ordinal) => (chunk && !dead.has(ordinal) ? [chunk] : []));
  const added =
    saved.length === 0
      ? []
      : [prepareSegment(saved, await searcher.buildLexical(saved.map((c) => fieldsOf(c, library))), [], undefined)];
  await library.swapSegments([entry.segmentId], added, segmentDeletes(entry));
}

async function bringOver(
  former: NonNullable<SegmentEntry['formerVectors']>,
  chunkCount: number,
  { store, searcher }: IndexSource,
): Promise<{ readonly entries: Record<string, VectorEntry>; readonly writes: Write[] }> {
  const entries: Record<string, VectorEntry> = {};
  const writes: Write[] = [];
  for (const [modelKey, { vectorsId, dimensions, isComplete }] of Object.entries(former)) {
    writes.push({ kind: 'delete', store: 'vectors', id: vectorsId });
    const passages = await readFormer(store, vectorsId);
    if (passages?.rowCounts.length !== chunkCount) continue;
    const built = await searcher.buildVectors(passages, dimensions);
    const stored = storeVectors({ modelKey, dimensions }, built, isComplete);
    entries[modelKey] = stored.entry;
    writes.push(...stored.writes);
  }
  return { entries, writes };
}

/** Vectors that cannot be read any more are made anew by embedding. */
async function readFormer(
  store: RecordStore,
  vectorsId: RecordId,
): Promise<ReturnType<typeof readFormerVectors> | undefined> {
  const [bytes] = await store.findMany('vectors', [vectorsId], () => undefined);
  if (!bytes) return undefined;
  try {
    return readFormerVectors(bytes);
  } catch (error) {
    if (error instanceof InvalidInputError) return undefined;
    throw error;
  }
}

function fieldsOf(chunk: Chunk, library: Library): IndexableChunk {
  const document = library.state.documents.get(chunk.documentId);
  return indexable(chunk, document?.title ?? '', document?.path ?? '');
}

/** Stands in for a chunk whose text is lost, so that the others keep their ordinals. */
function noFields(table: SegmentTable, ordinal: number): IndexableChunk {
  return { chunkId: table.chunkColumn.at(ordinal), title: '', headings: '', body: '', fileName: '' };
}
