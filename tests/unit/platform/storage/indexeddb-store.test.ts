import 'fake-indexeddb/auto';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

import type { RecordId } from '../../../../src/domain/ids.ts';
import { IndexedDbStore } from '../../../../src/platform/storage/indexeddb-store.ts';
import { STORE_NAMES, type Write } from '../../../../src/platform/storage/record-store.ts';

const id = (digits: string): RecordId => digits.padStart(32, '0') as RecordId;
const put = (digits: string, fill: number): Write => ({
  kind: 'put',
  store: 'documents',
  id: id(digits),
  value: new Uint8Array(8).fill(fill),
});
const unavailable = expect.objectContaining({ name: 'StorageUnavailableError' });

let databaseCount = 0;

describe('IndexedDbStore', () => {
  let name: string;
  let store: IndexedDbStore;
  /** The connections that transactions were opened on, latest last. */
  let connections: IDBDatabase[];

  beforeEach(async () => {
    name = `store-${databaseCount++}`;
    connections = [];
    const open = IDBDatabase.prototype.transaction;
    vi.spyOn(IDBDatabase.prototype, 'transaction').mockImplementation(function (this: IDBDatabase, ...args) {
      connections.push(this);
      return open.apply(this, args);
    });
    store = await IndexedDbStore.open(name);
  });

  afterEach(() => {
    store.close();
    vi.restoreAllMocks();
  });

  it('keys each object store by 16 bytes, without an index, and asks for strict durability', async () => {
    await store.commit([put('ab', 1)]);
    expect(vi.mocked(IDBDatabase.prototype.transaction)).toHaveBeenCalledWith(['documents'], 'readwrite', {
      durability: 'strict',
    });
    const raw = await rawDatabase(name);
    expect([...raw.objectStoreNames].sort()).toEqual([...STORE_NAMES].sort());
    const records = raw.transaction('documents').objectStore('documents');
    expect(records.indexNames.length).toBe(0);
    const [key] = await answer(records.getAllKeys());
    expect(key instanceof ArrayBuffer && Buffer.from(key).toString('hex')).toBe(id('ab'));
    raw.close();
  });

  it('stores no more than the value when given a view into a larger buffer', async () => {
    const large = new Uint8Array(10_000).fill(9);
    await store.commit([{ kind: 'put', store: 'texts', id: id('1'), value: large.subarray(100, 104) }]);
    const raw = await rawDatabase(name);
    const stored: unknown = await answer(raw.transaction('texts').objectStore('texts').get(keyBytes('1')));
    expect(stored instanceof Uint8Array && stored.buffer.byteLength).toBe(4);
    raw.close();
  });

  it('reports a full disk from the transaction, though every request succeeded, and keeps nothing of the batch', async () => {
    await store.commit([put('1', 1)]);
    abortAfterLastPut(3, 'QuotaExceededError');
    const committing = store.commit([put('1', 2), put('2', 2), put('3', 2)]);
    await expect(committing).rejects.toMatchObject({ name: 'StorageFullError', code: 'storage/full' });
    expect(await store.list('documents')).toEqual([{ id: id('1'), value: new Uint8Array(8).fill(1) }]);
    await store.commit([put('2', 3)]);
    expect(await store.listIds('documents')).toEqual([id('1'), id('2')]);
  });

  it('keeps nothing of a batch in which one write throws', async () => {
    const original = IDBObjectStore.prototype.put;
    let calls = 0;
    vi.spyOn(IDBObjectStore.prototype, 'put').mockImplementation(function (this: IDBObjectStore, ...args) {
      if (++calls === 2) throw new DOMException('It cannot be cloned.', 'DataCloneError');
      return original.apply(this, args);
    });
    await expect(store.commit([put('1', 1), put('2', 1), put('3', 1)])).rejects.toEqual(unavailable);
    expect(await store.listIds('documents')).toEqual([]);
  });

  it('opens again when the browser has closed the connection', async () => {
    await store.commit([put('1', 1)]);
    connections.at(-1)?.close();
    expect(await store.find('documents', id('1'))).toEqual(new Uint8Array(8).fill(1));
    connections.at(-1)?.close();
    await store.commit([put('2', 2)]);
    expect(await store.listIds('documents')).toEqual([id('1'), id('2')]);
  });

  it('tries again three times, then says so', async () => {
    await store.commit([put('1', 1)]);
    const closing = (): never => {
      throw new DOMException('The database connection is closing.', 'InvalidStateError');
    };
    const transaction = vi.mocked(IDBDatabase.prototype.transaction);
    for (let i = 0; i < 3; i++) transaction.mockImplementationOnce(closing);
    expect(await store.listIds('documents')).toEqual([id('1')]);
    transaction.mockClear();
    for (let i = 0; i < 4; i++) transaction.mockImplementationOnce(closing);
    await expect(store.listIds('documents')).rejects.toEqual(unavailable);
    expect(transaction).toHaveBeenCalledTimes(4);
    expect(await store.listIds('documents')).toEqual([id('1')]);
  });

  it('gives way to a deletion in another tab and does not bring the database back', async () => {
    await store.commit([put('1', 1)]);
    await answer(indexedDB.deleteDatabase(name));
    await expect(store.commit([put('2', 2)])).rejects.toThrow(/deleted in another tab/);
    expect((await indexedDB.databases()).map((database) => database.name)).not.toContain(name);
  });

  it('gives way to a newer version of the app', async () => {
    await store.commit([put('1', 1)]);
    const newer = await IndexedDbStore.open(name, 2);
    await expect(store.find('documents', id('1'))).rejects.toThrow(/newer version/);
    expect(await newer.find('documents', id('1'))).toEqual(new Uint8Array(8).fill(1));
    newer.close();
  });

  it('does not open what a newer version of the app has written', async () => {
    const newer = await IndexedDbStore.open(name, 2);
    newer.close();
    await expect(IndexedDbStore.open(name, 1)).rejects.toThrow(/newer version/);
  });

  it('says which tab to close when an upgrade is blocked, and lets go of the late connection', async () => {
    store.close();
    const stubborn = await rawDatabase(name);
    await expect(IndexedDbStore.open(name, 2)).rejects.toThrow(/Close the other tab/);
    stubborn.close();
    const later = await IndexedDbStore.open(name, 3);
    expect(await later.listIds('documents')).toEqual([]);
    later.close();
  });

  it('notices that the browser has deleted the database under it, instead of starting an empty one', async () => {
    await store.commit([put('1', 1)]);
    connections.at(-1)?.close();
    await answer(indexedDB.deleteDatabase(name));
    await expect(store.commit([put('2', 2)])).rejects.toThrow(/deleted this library’s database/);
    await expect(store.listIds('documents')).rejects.toThrow(/deleted this library’s database/);
    expect((await indexedDB.databases()).map((database) => database.name)).not.toContain(name);
  });

  it('refuses a value it did not write', async () => {
    const raw = await rawDatabase(name);
    await answer(raw.transaction('texts', 'readwrite').objectStore('texts').put('a string', keyBytes('1')));
    raw.close();
    await expect(store.find('texts', id('1'))).rejects.toEqual(unavailable);
  });
});

/** Chromium's way with a spent quota: each request succeeds, then the transaction aborts. */
function abortAfterLastPut(count: number, errorName: string): void {
  const original = IDBObjectStore.prototype.put;
  let calls = 0;
  vi.spyOn(IDBObjectStore.prototype, 'put').mockImplementation(function (this: IDBObjectStore, ...args) {
    const request = original.apply(this, args);
    if (++calls === count) {
      const transaction: unknown = this.transaction;
      request.addEventListener('success', () => {
        // fake-indexeddb's own way to abort with an error, as its engine does on failure.
        (transaction as { _abort(name: string): void })._abort(errorName);
      });
    }
    return request;
  });
}

function keyBytes(digits: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(Buffer.from(id(digits), 'hex'));
}

function rawDatabase(name: string): Promise<IDBDatabase> {
  return answer(indexedDB.open(name));
}

function answer<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error ?? new Error('The request failed.'));
  });
}
