import { idToBytes, type ChunkId } from '../../src/domain/ids.ts';
import { groupOf, IdIndex, ordinalOf } from '../../src/engine/id-index.ts';
import type { IndexSegment } from './index-segment.ts';

export interface ChunkPlace {
  readonly segment: IndexSegment;
  readonly ordinal: number;
}

/**
 * Where each live chunk stands. A chunk is alive at most once: a segment that comes in buries what it brings again. Segments
 * that are known to bring nothing again wait for the first look-up, so that a library opens without indexing its ids.
 */
export class ChunkPlaces {
  readonly #ids = new IdIndex<ChunkId>();
  readonly #segments = new Map<number, IndexSegment>();
  readonly #groups = new Map<IndexSegment, number>();
  readonly #waiting = new Set<IndexSegment>();

  add(segment: IndexSegment, isKnownApart = false): void {
    this.#waiting.add(segment);
    if (!isKnownApart) while (this.indexNext());
  }

  /** Indexes the ids of one segment that waits, oldest first; false when none does. */
  indexNext(): boolean {
    const [segment] = this.#waiting;
    if (segment === undefined) return false;
    this.#waiting.delete(segment);
    const group = this.#ids.add(segment.chunkIds, (ordinal, olderGroup, olderOrdinal) => {
      if (segment.live[ordinal] === 1) this.#segments.get(olderGroup)?.bury(olderOrdinal);
    });
    this.#segments.set(group, segment);
    this.#groups.set(segment, group);
    return true;
  }

  remove(segment: IndexSegment): void {
    if (this.#waiting.delete(segment)) return;
    const group = this.#groups.get(segment);
    if (group === undefined) return;
    this.#groups.delete(segment);
    this.#segments.delete(group);
    this.#ids.remove(group);
  }

  find(chunkId: ChunkId): ChunkPlace | undefined {
    while (this.indexNext());
    const isLive = (group: number, ordinal: number): boolean => this.#segments.get(group)?.live[ordinal] === 1;
    const place = this.#ids.find(idToBytes(chunkId), isLive);
    const segment = place < 0 ? undefined : this.#segments.get(groupOf(place));
    return segment && { segment, ordinal: ordinalOf(place) };
  }
}
