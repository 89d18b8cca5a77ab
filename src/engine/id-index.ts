import { ID_BYTES } from './id-column.ts';
import type { AnyId } from '../domain/ids.ts';
import type { IdColumn } from './id-column.ts';

const FIRST_SLOTS = 1024;
/** Slots for each entry at least: linear probing stays short up to this load. */
const SLOTS_PER_ENTRY = 2;

/**
 * Finds ids in many columns: a hash table with linear probing (Knuth, The Art of Computer Programming, vol. 3, 6.4, algorithm
 * L) over typed arrays, so that a million ids cost 16 MB and no strings. Columns come and go whole; an id may stand in
 * several. What an entry means is the caller's: `find` goes through the places of an id until one is accepted.
 */
export class IdIndex<Id extends AnyId> {
  readonly #columns = new Map<number, IdColumn<Id>>();
  #groups = new Int32Array(FIRST_SLOTS).fill(-1);
  #ordinals = new Uint32Array(FIRST_SLOTS);
  /** Entries in the table, of columns that are gone too. */
  #usedCount = 0;
  #liveCount = 0;
  #nextGroup = 0;

  /** Takes a column in and gives the number it is known by. */
  add(column: IdColumn<Id>): number {
    const group = this.#nextGroup++;
    this.#columns.set(group, column);
    this.#liveCount += column.length;
    if ((this.#usedCount + column.length) * SLOTS_PER_ENTRY > this.#groups.length) this.#rebuild();
    else this.#insert(group, column);
    return group;
  }

  remove(group: number): void {
    const column = this.#columns.get(group);
    if (!column) return;
    this.#columns.delete(group);
    this.#liveCount -= column.length;
    if (this.#columns.size === 0) this.#rebuild();
  }

  /** The first place of `id` that `isWanted`; as group × 2³² + ordinal, or -1. Use `groupOf` and `ordinalOf`. */
  find(id: Uint8Array, isWanted: (group: number, ordinal: number) => boolean): number {
    const mask = this.#groups.length - 1;
    for (let slot = hashOf(id, 0) & mask; ; slot = (slot + 1) & mask) {
      const group = this.#groups[slot] ?? -1;
      if (group < 0) return -1;
      const ordinal = this.#ordinals[slot] ?? 0;
      if (this.#columns.get(group)?.isAt(ordinal, id) && isWanted(group, ordinal)) return group * 2 ** 32 + ordinal;
    }
  }

  #insert(group: number, column: IdColumn<Id>): void {
    const groups = this.#groups;
    const ordinals = this.#ordinals;
    const mask = groups.length - 1;
    const { bytes, length } = column;
    for (let ordinal = 0; ordinal < length; ordinal++) {
      let slot = hashOf(bytes, ordinal * ID_BYTES) & mask;
      while ((groups[slot] ?? -1) >= 0) slot = (slot + 1) & mask;
      groups[slot] = group;
      ordinals[slot] = ordinal;
    }
    this.#usedCount += length;
  }

  #rebuild(): void {
    let slots = FIRST_SLOTS;
    // Room to double before the next time.
    while (slots < this.#liveCount * SLOTS_PER_ENTRY * 2) slots *= 2;
    this.#groups = new Int32Array(slots).fill(-1);
    this.#ordinals = new Uint32Array(slots);
    this.#usedCount = 0;
    for (const [group, column] of this.#columns) this.#insert(group, column);
  }
}

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
