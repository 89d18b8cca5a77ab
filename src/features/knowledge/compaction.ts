import type { Chunk } from '../../domain/chunk.ts';
import type { RecordId } from '../../domain/ids.ts';
import type { Searcher } from '../../platform/compute/ports.ts';
import type { Library, VectorSpace } from './library.ts';
import { MERGED_SEGMENT_CHUNKS, MIDDLE_SEGMENT_CHUNKS } from './manifest.ts';
import type { SegmentEntry } from './manifest.ts';
import { indexable, prepareSegment, segmentDeletes } from './segment-writer.ts';
import type { KeptBlock, PreparedSegment, SegmentVectors } from './segment-writer.ts';

/** Fewer small segments of one tier than this are left alone: merging them would cost more than it saves. */
const SEGMENTS_WORTH_MERGING = 16;
/** Those of the last tier but one come together sooner: few and large is what makes a library open fast. */
const LARGE_WORTH_MERGING = 4;
/** A segment belongs to a tier below this share of its size, and is worth rewriting above this share of tombstones. */
const SMALL_SHARE = 0.5;
const DEAD_SHARE = 0.3;

/**
 * Folds small segments and tombstones into larger ones, one batch a call: fresh ones into a thousand chunks, those into eight
 * thousand, so that each chunk is rewritten twice in its life and opening a library takes few and large reads. Texts
 * stay in the blocks they are in, unless something in them was deleted. Built beside the old segments and swapped in a
 * single commit. Returns whether anything was done; call again until it was not.
 */
export async function compactOnce(
  library: Library,
  searcher: Searcher,
  options: { readonly signal: AbortSignal },
): Promise<boolean> {
  // Nothing to fold, as almost always: no reason to hurry what comes in after opening.
  if (chooseBatch(library).length === 0) return false;
  await library.whenWhole();
  return library.exclusively(async () => {
    options.signal.throwIfAborted();
    const batch = chooseBatch(library);
    if (batch.length === 0) return false;
    const merged = await mergeSegments(library, searcher, batch);
    if (!merged) return false;
    const keptBlocks = new Set(merged.entry?.entry.blocks.map((block) => block.blockId));
    await library.swapSegments(
      batch.map((entry) => entry.segmentId),
      merged.entry ? [merged.entry] : [],
      batch.flatMap((entry) => segmentDeletes(entry, keptBlocks)),
    );
    return true;
  });
}

function chooseBatch({ state, health }: Library): SegmentEntry[] {
  // What is set aside has to be repaired first; what is outdated will be.
  const ailing = new Set(health.toRepair.map(({ segmentId }) => segmentId));
  const sound = state.manifest.segments.filter((entry) => !ailing.has(entry.segmentId));
  const worn = sound.filter((entry) => entry.tombstones.length > entry.chunkCount * DEAD_SHARE);
  const isWorn = new Set(worn);
  const whole = sound.filter((entry) => !isWorn.has(entry));
  const small = whole.filter((entry) => liveCount(entry) < MIDDLE_SEGMENT_CHUNKS * SMALL_SHARE);
  const medium = whole.filter(
    (entry) =>
      liveCount(entry) >= MIDDLE_SEGMENT_CHUNKS * SMALL_SHARE && liveCount(entry) < MERGED_SEGMENT_CHUNKS * SMALL_SHARE,
  );
  if (small.length >= SEGMENTS_WORTH_MERGING) return takeUpTo([...worn, ...small], MIDDLE_SEGMENT_CHUNKS);
  if (worn.length > 0) return takeUpTo(worn, MERGED_SEGMENT_CHUNKS);
  return medium.length >= LARGE_WORTH_MERGING ? takeUpTo(medium, MERGED_SEGMENT_CHUNKS) : [];
}

function takeUpTo(candidates: readonly SegmentEntry[], limit: number): SegmentEntry[] {
  const batch: SegmentEntry[] = [];
  let count = 0;
  for (const entry of candidates) {
    if (count > 0 && count + liveCount(entry) > limit) continue;
    batch.push(entry);
    count += liveCount(entry);
  }
  return batch;
}

function liveCount(entry: SegmentEntry): number {
  return entry.chunkCount - entry.tombstones.length;
}

/** `undefined` when a text cannot be read: nothing is folded away then, and repair takes its turn. */
async function mergeSegments(
  library: Library,
  searcher: Searcher,
  batch: readonly SegmentEntry[],
): Promise<{ readonly entry?: PreparedSegment } | undefined> {
  const chunks: Chunk[] = [];
  const kept: KeptBlock[] = [];
  for (const entry of batch) {
    const live = new Set(library.state.liveOrdinals(entry));
    for (const { blockId, firstOrdinal, chunkCount } of entry.blocks) {
      const block = await readLive(library, blockId, firstOrdinal, chunkCount, live);
      if (!block) {
        library.health.report({ segmentId: entry.segmentId, part: 'texts', reason: 'damaged' });
        return undefined;
      }
      if (block.length === 0) continue;
      chunks.push(...block);
      kept.push({ chunkCount: block.length, ...(block.length === chunkCount && { blockId }) });
    }
  }
  if (chunks.length === 0) return {};
  const lexical = await searcher.buildLexical(
    chunks.map((chunk) => {
      const document = library.state.documents.get(chunk.documentId);
      return indexable(chunk, document?.title ?? '', document?.path ?? '');
    }),
  );
  // Only the space that queries use is in the index's memory; a second one under construction starts over here.
  const { space } = library;
  const vectors = space ? await mergeVectors(chunks, batch, space, library, searcher) : [];
  return { entry: prepareSegment(chunks, lexical, vectors, space?.modelKey, joined(kept)) };
}

async function readLive(
  library: Library,
  blockId: RecordId,
  firstOrdinal: number,
  chunkCount: number,
  live: ReadonlySet<number>,
): Promise<readonly Chunk[] | undefined> {
  const ordinals = Array.from({ length: chunkCount }, (_, offset) => firstOrdinal + offset);
  if (!ordinals.some((ordinal) => live.has(ordinal))) return [];
  const block = await library.readBlock(blockId);
  return block?.filter((_, offset) => live.has(firstOrdinal + offset));
}

async function mergeVectors(
  chunks: readonly Chunk[],
  batch: readonly SegmentEntry[],
  space: VectorSpace,
  library: Library,
  searcher: Searcher,
): Promise<SegmentVectors[]> {
  const { modelKey, dimensions } = space;
  const embedded = batch.filter((entry) => entry.vectors[modelKey]);
  if (embedded.length === 0) return [];
  await library.exact.bringIn(
    embedded.map((entry) => entry.segmentId),
    space,
  );
  const passages = await searcher.readVectors(
    chunks.map((chunk) => chunk.chunkId),
    modelKey,
  );
  const isComplete = passages.rowCounts.every((rows) => rows > 0);
  return [{ modelKey, dimensions, built: await searcher.buildVectors(passages, dimensions), isComplete }];
}

/** Runs whose texts have to be written anew, side by side, become one. */
function joined(kept: readonly KeptBlock[]): KeptBlock[] {
  const runs: KeptBlock[] = [];
  for (const run of kept) {
    const last = runs.at(-1);
    if (last && last.blockId === undefined && run.blockId === undefined) {
      runs[runs.length - 1] = { chunkCount: last.chunkCount + run.chunkCount };
    } else runs.push(run);
  }
  return runs;
}
