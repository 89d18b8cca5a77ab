import type { FusedEntry } from './fuser.ts';

export interface Folded<Entry extends FusedEntry> {
  /** Best first, each standing for those that say the same. */
  readonly entries: readonly Entry[];
  /** By the key of the entry that stands for them, best first. */
  readonly duplicates: ReadonlyMap<number, readonly number[]>;
}

/**
 * Leaves out every candidate that says the same as a better one. Looks no further than `limit` entries kept: what comes
 * later is dropped, and not looked at for more of the same. `entries` are best first.
 */
export function foldDuplicates<Entry extends FusedEntry>(
  entries: readonly Entry[],
  limit: number,
  isSame: (left: number, right: number) => boolean,
): Folded<Entry> {
  const kept: Entry[] = [];
  const duplicates = new Map<number, number[]>();
  for (const entry of entries) {
    if (kept.length === limit) break;
    const original = kept.find(({ key }) => isSame(key, entry.key));
    if (original !== undefined) {
      const others = duplicates.get(original.key);
      if (others === undefined) duplicates.set(original.key, [entry.key]);
      else others.push(entry.key);
    } else kept.push(entry);
  }
  return { entries: kept, duplicates };
}
