import { ID_BYTES } from './id-column.ts';
import type { AnyId } from '../domain/ids.ts';
import type { IdColumn } from './id-column.ts';

const FIRST_SLOTS = 1024;
/** Slots for each entry at least: linear probing stays short up to this load. */
const SLOTS_PER_ENTRY = 2;

/**
 * Finds ids in many columns: a hash table with linear probing (Knuth, The Art of Computer Programming, vol. 3, 6.4, algorithm
 * L) over typed arrays, so that a million ids cost 48 MB at most and no strings. Columns come and go whole; an id may stand in
 * several. What an entry means is the caller's: `find` goes through the places of an id until one is accepted.
 */
export class IdIndex<Id extends AnyId> {
  readonly #columns = new Map<number, IdColumn<Id>>();
  #groups = new Int32Array(FIRST_SLOTS).fill(-1);
  #ordinals = new Uint32Array(FIRST_SLOTS);
  /** The whole hash of each entry: says nearly always that an id is another one without looking at it. */
  #hashes = new Uint32Array(FIRST_SLOTS);
  /** Entries in the table, of columns that are gone too. */
  #usedCount = 0;
  #liveCount = 0;
  #nextGroup = 0;

  /** Takes a column in and gives the number it is known by. `onTwin` is told of each of its ids that stands in another. */
  add(column: IdColumn<Id>, onTwin?: OnTwin): number {
    if ((this.#usedCount + column.length) * SLOTS_PER_ENTRY > this.#groups.length) {
      this.#rebuild(this.#liveCount + column.length);
    }
    const group = this.#nextGroup++;
    this.#insert(group, column, onTwin);
    this.#columns.set(group, column);
    this.#liveCount += column.length;
    return group;
  }

  remove(group: number): void {
    const column = this.#columns.get(group);
    if (!column) return;
    this.#columns.delete(group);
    this.#liveCount -= column.length;
    if (this.#columns.size === 0) this.#rebuild(0);
  }

  /** The first place of `id` that `isWanted`; as group × 2³² + ordinal, or -1. Use `groupOf` and `ordinalOf`. */
  find(id: Uint8Array, isWanted: (group: number, ordinal: number) => boolean): number {
    const mask = this.#groups.length - 1;
    const hash = hashOf(id, 0);
    for (let slot = hash & mask; ; slot = (slot + 1) & mask) {
      const group = this.#groups[slot] ?? -1;
      if (group < 0) return -1;
      if (this.#hashes[slot] !== hash) continue;
      const ordinal = this.#ordinals[slot] ?? 0;
      if (this.#columns.get(group)?.isAt(ordinal, id) && isWanted(group, ordinal)) return group * 2 ** 32 + ordinal;
    }
  }

  #insert(group: number, column: IdColumn<Id>, onTwin: OnTwin | undefined): void {
    const groups = this.#groups;
    const ordinals = this.#ordinals;
    const hashes = this.#hashes;
    const mask = groups.length - 1;
    const { bytes, length } = column;
    for (let ordinal = 0; ordinal < length; ordinal++) {
      const hash = hashOf(bytes, ordinal * ID_BYTES);
      let slot = hash & mask;
      for (let other = groups[slot]!; other >= 0; other = groups[slot]!) {
        if (onTwin !== undefined && hashes[slot] === hash && other !== group) {
          const otherOrdinal = ordinals[slot]!;
          const otherColumn = this.#columns.get(other);
          if (otherColumn && column.compare(ordinal, otherColumn, otherOrdinal) === 0) {
            onTwin(ordinal, other, otherOrdinal);
          }
        }
        slot = (slot + 1) & mask;
      }
      groups[slot] = group;
      ordinals[slot] = ordinal;
      hashes[slot] = hash;
    }
    this.#usedCount += length;
  }

  /** Leaves out the entries of columns that are gone and makes room for `count`. */
  #rebuild(count: number): void {
    const formerGroups = this.#groups;
    const formerOrdinals = this.#ordinals;
    const formerHashes = this.#hashes;
    let slots = FIRST_SLOTS;
    // Room to double before the next time.
    while (slots < count * SLOTS_PER_ENTRY * 2) slots *= 2;
    const groups = new Int32Array(slots).fill(-1);
    const ordinals = new Uint32Array(slots);
    const hashes = new Uint32Array(slots);
    const mask = slots - 1;
    this.#usedCount = 0;
    for (let former = 0; former < formerGroups.length; former++) {
      const group = formerGroups[former]!;
      if (group < 0 || !this.#columns.has(group)) continue;
      const hash = formerHashes[former]!;
      let slot = hash & mask;
      while (groups[slot]! >= 0) slot = (slot + 1) & mask;
      groups[slot] = group;
      ordinals[slot] = formerOrdinals[former]!;
      hashes[slot] = hash;
      this.#usedCount++;
    }
    this.#groups = groups;
    this.#ordinals = ordinals;
    this.#hashes = hashes;
  }
}

/** An id that comes in at `ordinal` stands in another column too. */
export type OnTwin = (ordinal: number, otherGroup: number, otherOrdinal: number) => void;

export function groupOf(place: number): number {
  return Math.floor(place / 2 ** 32);
}

export function ordinalOf(place: number): number {
  return place >>> 0;
}

/** Ids are random or keyed hashes, but tests number them: all four words are stirred in. */
function hashOf(bytes: Uint8Array, start: number): number {
  let hash = 0x9e3779b9;
  for (let i = start; i < start + ID_BYTES; i += 4) {
    const word =
      (bytes[i] ?? 0) | ((bytes[i + 1] ?? 0) << 8) | ((bytes[i + 2] ?? 0) << 16) | ((bytes[i + 3] ?? 0) << 24);
    hash = Math.imul(hash ^ word, 0x85ebca6b);
    hash ^= hash >>> 15;
  }
  return hash >>> 0;
}

/** Whether an id stands in the column twice. */
export function hasTwins<Id extends AnyId>(column: IdColumn<Id>): boolean {
  const { bytes, length } = column;
  let slots = 16;
  while (slots < length * SLOTS_PER_ENTRY) slots *= 2;
  const taken = new Int32Array(slots).fill(-1);
  for (let ordinal = 0; ordinal < length; ordinal++) {
    let slot = hashOf(bytes, ordinal * ID_BYTES) & (slots - 1);
    for (let other = taken[slot] ?? -1; other >= 0; other = taken[slot] ?? -1) {
      if (column.compare(ordinal, column, other) === 0) return true;
      slot = (slot + 1) & (slots - 1);
    }
    taken[slot] = ordinal;
  }
  return false;
}
