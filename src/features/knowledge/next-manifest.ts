import type { ChunkId, SegmentId } from '../../domain/ids.ts';
import type { LibraryState } from './library-state.ts';
import type { Manifest, SegmentEntry } from './manifest.ts';

/** The manifest after this one: with segments added, and with chunks that are deleted as tombstones. */
export function nextManifest(
  state: LibraryState,
  added: readonly SegmentEntry[],
  buried: readonly ChunkId[],
): { readonly next: Manifest; readonly buried: readonly ChunkId[] } {
  const graves = new Map<SegmentId, number[]>();
  for (const chunkId of buried) {
    const place = state.place(chunkId);
    if (!place) continue;
    const ordinals = graves.get(place.segmentId);
    if (ordinals) ordinals.push(place.ordinal);
    else graves.set(place.segmentId, [place.ordinal]);
  }
  const { generation, segments } = state.manifest;
  const kept = segments.map((entry) => {
    const dead = graves.get(entry.segmentId);
    return dead ? { ...entry, tombstones: [...entry.tombstones, ...dead].sort((a, b) => a - b) } : entry;
  });
  return { next: { generation: generation + 1, segments: [...kept, ...added] }, buried };
}
