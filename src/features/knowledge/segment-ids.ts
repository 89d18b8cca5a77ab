import type { ChunkId, ContentIdentity, SegmentId, VersionId } from '../../domain/ids.ts';
import type { AnyId } from '../../domain/ids.ts';
import type { IdColumn } from '../../engine/id-column.ts';
import { groupOf, IdIndex, ordinalOf } from '../../engine/id-index.ts';
import type { SegmentTable } from './segment-table.ts';

export interface IdPlace {
  readonly segmentId: SegmentId;
  /** In the column that was searched. */
  readonly ordinal: number;
}

type IsWanted = (segmentId: SegmentId, ordinal: number) => boolean;

/**
 * Where the ids of all segments stand. Nothing is built when a segment comes in: what waits is looked through from end to
 * end (some milliseconds for a million ids) until a quiet moment, or many look-ups, have it indexed.
 */
export class SegmentIds {
  readonly #chunks = new LazyIds<ChunkId>();
  readonly #identities = new LazyIds<ContentIdentity>();
  readonly #versions = new LazyIds<VersionId>();

  add(segmentId: SegmentId, table: SegmentTable): void {
    this.#chunks.add(segmentId, table.chunkColumn);
    this.#identities.add(segmentId, table.identityColumn);
    this.#versions.add(segmentId, table.versionColumn);
  }

  remove(segmentId: SegmentId): void {
    this.#chunks.remove(segmentId);
    this.#identities.remove(segmentId);
    this.#versions.remove(segmentId);
  }

  findChunk(chunkId: Uint8Array, isWanted: IsWanted): IdPlace | undefined {
    return this.#chunks.find(chunkId, isWanted);
  }

  findIdentity(identity: Uint8Array, isWanted: IsWanted): IdPlace | undefined {
    return this.#identities.find(identity, isWanted);
  }

  /** Every segment that has chunks of this version, with the version's place there. */
  findVersions(versionId: Uint8Array): IdPlace[] {
    const places: IdPlace[] = [];
    this.#versions.find(versionId, (segmentId, ordinal) => {
      places.push({ segmentId, ordinal });
      return false;
    });
    return places;
  }

  /** Indexes one column that waits; false when none does. */
  indexNext(): boolean {
    return this.#chunks.indexNext() || this.#versions.indexNext() || this.#identities.indexNext();
  }
}

/** Look-ups through the columns that wait, after which indexing them has become the cheaper way. */
const PATIENCE = 64;

class LazyIds<Id extends AnyId> {
  readonly #index = new IdIndex<Id>();
  readonly #waiting = new Map<SegmentId, IdColumn<Id>>();
  readonly #groups = new Map<SegmentId, number>();
  readonly #segments = new Map<number, SegmentId>();
  #lookUps = 0;

  add(segmentId: SegmentId, column: IdColumn<Id>): void {
    this.#waiting.set(segmentId, column);
    this.#lookUps = 0;
  }

  remove(segmentId: SegmentId): void {
    this.#waiting.delete(segmentId);
    const group = this.#groups.get(segmentId);
    if (group === undefined) return;
    this.#index.remove(group);
    this.#groups.delete(segmentId);
    this.#segments.delete(group);
  }

  find(id: Uint8Array, isWanted: IsWanted): IdPlace | undefined {
    if (this.#waiting.size > 0 && ++this.#lookUps > PATIENCE) while (this.indexNext());
    const found = this.#index.find(id, (group, ordinal) => {
      const segmentId = this.#segments.get(group);
      return segmentId !== undefined && isWanted(segmentId, ordinal);
    });
    const segmentId = found < 0 ? undefined : this.#segments.get(groupOf(found));
    if (segmentId !== undefined) return { segmentId, ordinal: ordinalOf(found) };
    for (const [waitingId, column] of this.#waiting) {
      for (let at = column.indexOf(id, 0); at >= 0; at = column.indexOf(id, at + 1)) {
        if (isWanted(waitingId, at)) return { segmentId: waitingId, ordinal: at };
      }
    }
    return undefined;
  }

  indexNext(): boolean {
    const [next] = this.#waiting;
    if (!next) return false;
    const [segmentId, column] = next;
    this.#waiting.delete(segmentId);
    const group = this.#index.add(column);
    this.#groups.set(segmentId, group);
    this.#segments.set(group, segmentId);
    return true;
  }
}
