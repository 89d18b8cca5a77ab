import { StorageUnavailableError } from '../../domain/errors.ts';
import type { RecordId } from '../../domain/ids.ts';
import type { RecordStore, StoredRecord, StoreName, Write } from './record-store.ts';

/** Records in this thread's memory: for the sample library, for tests, and where the browser refuses a database. */
export class MemoryStore implements RecordStore {
  readonly #stores = new Map<StoreName, Map<RecordId, Uint8Array>>();
  #isClosed = false;

  async find(store: StoreName, id: RecordId): Promise<Uint8Array | undefined> {
    return this.#open(store).get(id)?.slice();
  }

  async findMany(store: StoreName, ids: readonly RecordId[]): Promise<(Uint8Array | undefined)[]> {
    const records = this.#open(store);
    return ids.map((id) => records.get(id)?.slice());
  }

  async listIds(store: StoreName): Promise<RecordId[]> {
    return [...this.#open(store).keys()].sort();
  }

  async list(store: StoreName): Promise<StoredRecord[]> {
    const records = [...this.#open(store)].map(([id, value]) => ({ id, value: value.slice() }));
    return records.sort((left, right) => (left.id < right.id ? -1 : 1));
  }

  async commit(writes: readonly Write[]): Promise<void> {
    for (const write of writes) {
      const records = this.#open(write.store);
      if (write.kind === 'put') records.set(write.id, write.value.slice());
      else records.delete(write.id);
    }
  }

  close(): void {
    this.#isClosed = true;
    this.#stores.clear();
  }

  #open(store: StoreName): Map<RecordId, Uint8Array> {
    if (this.#isClosed) {
      throw new StorageUnavailableError('This library has been closed. Nothing was written. Open it again to go on.');
    }
    let records = this.#stores.get(store);
    if (records === undefined) {
      records = new Map();
      this.#stores.set(store, records);
    }
    return records;
  }
}
