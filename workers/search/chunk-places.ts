import { idToBytes, type ChunkId } from '../../src/domain/ids.ts';
import { groupOf, IdIndex, ordinalOf } from '../../src/engine/id-index.ts';
import type { IndexSegment } from './index-segment.ts';

export interface ChunkPlace {
  readonly segment: IndexSegment;
  readonly ordinal: number;
}

/** Where each live chunk stands. A chunk is alive at most once: a segment that comes in buries what it brings again. */
export class ChunkPlaces {
  readonly #ids = new IdIndex<ChunkId>();
  readonly #segments = new Map<number, IndexSegment>();
  readonly #groups = new Map<IndexSegment, number>();

  add(segment: IndexSegment): void {
    const isFirst = this.#segments.size === 0;
    const { chunkIds, live } = segment;
    const group = this.#ids.add(chunkIds);
    this.#segments.set(group, segment);
    this.#groups.set(segment, group);
    if (isFirst) return;
    for (let ordinal = 0; ordinal < live.length; ordinal++) {
      if (live[ordinal] !== 1) continue;
      const older = this.#find(chunkIds.bytesAt(ordinal), group);
      older?.segment.bury(older.ordinal);
    }
  }

  remove(segment: IndexSegment): void {
    const group = this.#groups.get(segment);
    if (group === undefined) return;
    this.#groups.delete(segment);
    this.#segments.delete(group);
    this.#ids.remove(group);
  }

  find(chunkId: ChunkId): ChunkPlace | undefined {
    return this.#find(idToBytes(chunkId), undefined);
  }

  #find(id: Uint8Array, besides: number | undefined): ChunkPlace | undefined {
    const isLive = (group: number, ordinal: number): boolean =>
      group !== besides && this.#segments.get(group)?.live[ordinal] === 1;
    const place = this.#ids.find(id, isLive);
    const segment = place < 0 ? undefined : this.#segments.get(groupOf(place));
    return segment && { segment, ordinal: ordinalOf(place) };
  }
}
