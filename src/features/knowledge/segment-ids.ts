import type { ChunkId, ContentIdentity, SegmentId, VersionId } from '../../domain/ids.ts';
import { idFromBytes, type AnyId } from '../../domain/ids.ts';
import { IdColumn } from '../../engine/id-column.ts';
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

  /** Looks for chunks together, before each is asked for: going through what waits once costs little more for many than for one. */
  prepareChunks(chunkIds: readonly Uint8Array[]): void {
    this.#chunks.prepare(chunkIds);
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
/** Ids whose places are kept from being looked for together. */
const MOST_PREPARED = 4096;

class LazyIds<Id extends AnyId> {
  readonly #index = new IdIndex<Id>();
  readonly #waiting = new Map<SegmentId, IdColumn<Id>>();
  readonly #groups = new Map<SegmentId, number>();
  readonly #segments = new Map<number, SegmentId>();
  /** Where ids stand in the columns that wait, for those looked for together; good for as long as the same ones wait. */
  readonly #prepared = new Map<Id, IdPlace[]>();
  #lookUps = 0;

  add(segmentId: SegmentId, column: IdColumn<Id>): void {
    this.#waiting.set(segmentId, column);
    this.#prepared.clear();
    this.#lookUps = 0;
  }

  remove(segmentId: SegmentId): void {
    if (this.#waiting.delete(segmentId)) this.#prepared.clear();
    const group = this.#groups.get(segmentId);
    if (group === undefined) return;
    this.#index.remove(group);
    this.#groups.delete(segmentId);
    this.#segments.delete(group);
  }

  find(id: Uint8Array, isWanted: IsWanted): IdPlace | undefined {
    const prepared = this.#waiting.size > 0 ? this.#prepared.get(idFromBytes<Id>(id)) : undefined;
    if (this.#waiting.size > 0 && !prepared && ++this.#lookUps > PATIENCE) while (this.indexNext());
    const found = this.#index.find(id, (group, ordinal) => {
      const segmentId = this.#segments.get(group);
      return segmentId !== undefined && isWanted(segmentId, ordinal);
    });
    const segmentId = found < 0 ? undefined : this.#segments.get(groupOf(found));
    if (segmentId !== undefined) return { segmentId, ordinal: ordinalOf(found) };
    if (prepared) return prepared.find((place) => isWanted(place.segmentId, place.ordinal));
    for (const [waitingId, column] of this.#waiting) {
      for (let at = column.indexOf(id, 0); at >= 0; at = column.indexOf(id, at + 1)) {
        if (isWanted(waitingId, at)) return { segmentId: waitingId, ordinal: at };
      }
    }
    return undefined;
  }

  prepare(ids: readonly Uint8Array[]): void {
    if (++this.#lookUps > PATIENCE) while (this.indexNext());
    if (this.#waiting.size === 0) return;
    if (this.#prepared.size > MOST_PREPARED) this.#prepared.clear();
    // Most ids are told from all that are wanted by two of their bytes.
    const isWanted = new Uint8Array(0x10000);
    const wanted = new Map<number, { readonly id: Uint8Array; readonly places: IdPlace[] }[]>();
    for (const id of ids) {
      const key = idFromBytes<Id>(id);
      if (this.#prepared.has(key)) continue;
      const places: IdPlace[] = [];
      this.#prepared.set(key, places);
      const word = new DataView(id.buffer, id.byteOffset).getUint32(0, true);
      isWanted[word & 0xffff] = 1;
      wanted.set(word, [...(wanted.get(word) ?? []), { id, places }]);
    }
    if (wanted.size === 0) return;
    for (const [segmentId, column] of this.#waiting) {
      // Askew in memory: as if they lay straight.
      const words = column.words ?? new IdColumn<Id>(column.bytes.slice()).words;
      if (words === undefined) continue;
      for (let ordinal = 0; ordinal < column.length; ordinal++) {
        const word = words[ordinal * 4]!;
        if (isWanted[word & 0xffff] === 0) continue;
        for (const { id, places } of wanted.get(word) ?? []) {
          if (column.isAt(ordinal, id)) places.push({ segmentId, ordinal });
        }
      }
    }
  }

  indexNext(): boolean {
    const [next] = this.#waiting;
    if (!next) return false;
    this.#prepared.clear();
    const [segmentId, column] = next;
    this.#waiting.delete(segmentId);
    const group = this.#index.add(column);
    this.#groups.set(segmentId, group);
    this.#segments.set(group, segmentId);
    return true;
  }
}
