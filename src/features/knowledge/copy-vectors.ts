import type { Chunk } from '../../domain/chunk.ts';
import type { SegmentId } from '../../domain/ids.ts';
import { joinPassages, NO_ROWS, splitPassages } from '../../domain/passage-vectors.ts';
import type { Searcher } from '../../platform/compute/ports.ts';
import type { Library, VectorSpace } from './library.ts';
import type { SegmentVectors } from './segment-writer.ts';

/** Vectors for those of the chunks whose content stands in the library already. Brings in the exact rows it copies. */
export async function copyVectors(
  chunks: readonly Chunk[],
  space: VectorSpace,
  library: Library,
  searcher: Searcher,
): Promise<{ readonly count: number; readonly vectors?: SegmentVectors }> {
  const { state } = library;
  const twins = chunks.map((chunk) => state.chunkWithIdentity(chunk.identity));
  const known = twins.filter((twin) => twin !== undefined);
  if (known.length === 0 || library.space?.modelKey !== space.modelKey) return { count: 0 };
  const segmentIds = new Set<SegmentId>();
  for (const twin of known) {
    const place = state.place(twin);
    if (place) segmentIds.add(place.segmentId);
  }
  await library.exact.bringIn([...segmentIds], space);
  const { modelKey, dimensions } = space;
  const copied = await searcher.readVectors(known, modelKey);
  // The copies stand in the order of `chunks`, those without a twin left out.
  const copies = splitPassages(copied, dimensions);
  let next = 0;
  const passages = twins.map((twin) => (twin ? (copies[next++] ?? NO_ROWS) : NO_ROWS));
  const count = passages.filter(({ rows }) => rows.length > 0).length;
  if (count === 0) return { count };
  const built = await searcher.buildVectors(joinPassages(passages, dimensions), dimensions);
  return { count, vectors: { modelKey, dimensions, built, isComplete: count === chunks.length } };
}
