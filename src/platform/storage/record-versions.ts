import type { RecordId } from '../../domain/ids.ts';
import type { StoreName } from './record-store.ts';

/**
 * The record versions of one session. `assigned` is the highest given out, also to writes that then failed; `seen`
 * is the highest that was read or durably written, below which nothing may be read again.
 */
export class RecordVersions {
  readonly #assigned = new Map<StoreName, Map<RecordId, number>>();
  readonly #seen = new Map<StoreName, Map<RecordId, number>>();

  isKnown(store: StoreName, id: RecordId): boolean {
    return tableOf(this.#assigned, store).has(id);
  }

  /** Begins numbering a record that the store holds in this version; 0 for one it does not hold. */
  startAfter(store: StoreName, id: RecordId, version: number): void {
    raise(tableOf(this.#assigned, store), id, version);
  }

  next(store: StoreName, id: RecordId): number {
    const assigned = tableOf(this.#assigned, store);
    const version = (assigned.get(id) ?? 0) + 1;
    assigned.set(id, version);
    return version;
  }

  seen(store: StoreName, id: RecordId): number {
    return tableOf(this.#seen, store).get(id) ?? 0;
  }

  /** All seen versions of a store as they are now. */
  snapshot(store: StoreName): ReadonlyMap<RecordId, number> {
    return new Map(tableOf(this.#seen, store));
  }

  see(store: StoreName, id: RecordId, version: number): void {
    raise(tableOf(this.#seen, store), id, version);
    raise(tableOf(this.#assigned, store), id, version);
  }
}

function tableOf(tables: Map<StoreName, Map<RecordId, number>>, store: StoreName): Map<RecordId, number> {
  let table = tables.get(store);
  if (table === undefined) {
    table = new Map();
    tables.set(store, table);
  }
  return table;
}

function raise(table: Map<RecordId, number>, id: RecordId, version: number): void {
  if (version > (table.get(id) ?? -1)) table.set(id, version);
}
