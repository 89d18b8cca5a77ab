import type { Chunk } from '../../domain/chunk.ts';
import type { ChunkId } from '../../domain/ids.ts';
import type { Searcher } from '../../platform/compute/ports.ts';
import type { Library } from './library.ts';
import { MERGED_SEGMENT_CHUNKS } from './manifest.ts';
import type { SegmentEntry } from './manifest.ts';
import { indexable, prepareSegment, segmentDeletes } from './segment-writer.ts';
import type { PreparedSegment, SegmentVectors } from './segment-writer.ts';

/** Fewer small segments than this are left alone: merging them would cost more than it saves. */
const SMALL_SEGMENTS_WORTH_MERGING = 16;
/** A segment is small below this share of a merged one, and worth rewriting above this share of tombstones. */
const SMALL_SHARE = 0.5;
const DEAD_SHARE = 0.3;

/**
 * Folds small segments and tombstones into segments of about a thousand chunks, one batch a call, so that the number
 * of segments stays near chunks / 1,000. Built beside the old ones and swapped in a single commit. Returns whether
 * anything was done; call again until it was not.
 */
export async function compactOnce(
  library: Library,
  searcher: Searcher,
  options: { readonly signal: AbortSignal },
): Promise<boolean> {
  return library.exclusively(async () => {
    options.signal.throwIfAborted();
    const batch = chooseBatch(library.state.manifest.segments);
    if (batch.length === 0) return false;
    const chunkIds = batch.flatMap((entry) => liveChunks(library, entry));
    const added: PreparedSegment[] = [];
    if (chunkIds.length > 0) added.push(await mergeSegment(library, searcher, batch, chunkIds));
    await library.swapSegments(
      batch.map((entry) => entry.segmentId),
      added,
      batch.flatMap(segmentDeletes),
    );
    return true;
  });
}

function chooseBatch(segments: readonly SegmentEntry[]): SegmentEntry[] {
  const worn = segments.filter((entry) => entry.tombstones.length > entry.chunkCount * DEAD_SHARE);
  const small = segments.filter(
    (entry) => liveCount(entry) < MERGED_SEGMENT_CHUNKS * SMALL_SHARE && !worn.includes(entry),
  );
  const candidates = small.length >= SMALL_SEGMENTS_WORTH_MERGING ? [...worn, ...small] : worn;
  const batch: SegmentEntry[] = [];
  let count = 0;
  for (const entry of candidates) {
    if (count > 0 && count + liveCount(entry) > MERGED_SEGMENT_CHUNKS) continue;
    batch.push(entry);
    count += liveCount(entry);
  }
  return batch;
}

function liveCount(entry: SegmentEntry): number {
  return entry.chunkCount - entry.tombstones.length;
}

function liveChunks(library: Library, entry: SegmentEntry): ChunkId[] {
  const table = library.state.tables.get(entry.segmentId);
  const dead = new Set(entry.tombstones);
  return table ? table.chunkIds.filter((_, ordinal) => !dead.has(ordinal)) : [];
}

async function mergeSegment(
  library: Library,
  searcher: Searcher,
  batch: readonly SegmentEntry[],
  chunkIds: readonly ChunkId[],
): Promise<PreparedSegment> {
  const chunks = await library.readChunks(chunkIds);
  const lexical = await searcher.buildLexical(
    chunks.map((chunk: Chunk) => {
      const document = library.state.documents.get(chunk.documentId);
      return indexable(chunk, document?.title ?? '', document?.path ?? '');
    }),
  );
  // Only the space that queries use is in the index's memory; a second one under construction starts over here.
  const vectors: SegmentVectors[] = [];
  const { space } = library;
  if (space && batch.some((entry) => entry.vectors[space.modelKey])) {
    const passages = await searcher.readVectors(chunkIds, space.modelKey);
    const isComplete = batch.every((entry) => entry.vectors[space.modelKey]?.isComplete === true);
    const built = await searcher.buildVectors(passages, space.dimensions);
    vectors.push({ modelKey: space.modelKey, dimensions: space.dimensions, built, isComplete });
  }
  return prepareSegment(chunks, lexical, vectors, space?.modelKey);
}
