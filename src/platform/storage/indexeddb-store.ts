import { openDB, type IDBPDatabase, type IDBPTransaction } from 'idb';

import { StorageUnavailableError } from '../../domain/errors.ts';
import { idFromBytes, idToBytes, type RecordId } from '../../domain/ids.ts';
import { ownBytes } from '../crypto/bytes.ts';
import { isConnectionLost, storageError } from './indexeddb-errors.ts';
import { STORE_NAMES, type RecordStore, type StoredRecord, type StoreName, type Write } from './record-store.ts';

/** Grows when `STORE_NAMES` does; opening adds the stores that are missing. */
const LAYOUT_VERSION = 1;
const MAX_TRIES = 4;

type Database = IDBPDatabase;
type Transaction<Mode extends IDBTransactionMode> = IDBPTransaction<unknown, string[], Mode>;

/**
 * Records in IndexedDB: an object store for each `StoreName`, keyed by the id's 16 bytes, no index. A commit is one
 * transaction under `durability: 'strict'` and is acknowledged on its `complete`: with the quota spent, Chromium
 * reports success on each request and aborts the transaction afterwards.
 *
 * Browsers close connections under us. One that is lost is opened again, up to three times an operation; one that
 * gave way to another tab's upgrade or deletion stays closed, since reopening would undo what that tab did.
 */
export class IndexedDbStore implements RecordStore {
  readonly #name: string;
  readonly #version: number;
  #connection: Promise<Database> | undefined;
  /** Why the store will not open again. */
  #ending: string | undefined;

  private constructor(name: string, version: number) {
    this.#name = name;
    this.#version = version;
  }

  /** Opens or creates the database. Throws `StorageUnavailableError` or `StorageFullError` when it cannot be had. */
  static async open(name: string, version = LAYOUT_VERSION): Promise<IndexedDbStore> {
    const store = new IndexedDbStore(name, version);
    store.#connection = store.#connect(true);
    try {
      await store.#connection;
    } catch (error) {
      throw storageError(error);
    }
    return store;
  }

  async find(store: StoreName, id: RecordId): Promise<Uint8Array | undefined> {
    const [value] = await this.findMany(store, [id]);
    return value;
  }

  async findMany(store: StoreName, ids: readonly RecordId[]): Promise<(Uint8Array | undefined)[]> {
    if (ids.length === 0) return [];
    return this.#read(store, async (transaction) => {
      const records = transaction.objectStore(store);
      const values: unknown[] = await Promise.all(ids.map((id) => records.get(keyOf(id))));
      return values.map((value) => (value === undefined ? undefined : bytesOf(value)));
    });
  }

  async listIds(store: StoreName): Promise<RecordId[]> {
    return this.#read(store, async (transaction) => {
      const keys = await transaction.objectStore(store).getAllKeys();
      return keys.map(idOf);
    });
  }

  async list(store: StoreName): Promise<StoredRecord[]> {
    return this.#read(store, async (transaction) => {
      const records = transaction.objectStore(store);
      const [keys, values] = await Promise.all([records.getAllKeys(), records.getAll()]);
      return keys.map((key, i) => ({ id: idOf(key), value: bytesOf(values[i]) }));
    });
  }

  async commit(writes: readonly Write[]): Promise<void> {
    if (writes.length === 0) return;
    const stores = [...new Set(writes.map((write) => write.store))];
    await this.#write(stores, async (transaction) => {
      const requests = writes.map(async (write) => {
        const records = transaction.objectStore(write.store);
        return write.kind === 'put'
          ? records.put(tightBytes(write.value), keyOf(write.id))
          : records.delete(keyOf(write.id));
      });
      await Promise.all(requests);
    });
  }

  close(): void {
    this.#end('This library has been closed. Open it again to go on.');
  }

  #read<T>(store: StoreName, work: (transaction: Transaction<'readonly'>) => Promise<T>): Promise<T> {
    return this.#withDatabase((database) => readOut(database.transaction([store], 'readonly'), work));
  }

  /** Runs `work` in one transaction and resolves when that has completed. */
  #write<T>(stores: readonly StoreName[], work: (transaction: Transaction<'readwrite'>) => Promise<T>): Promise<T> {
    return this.#withDatabase((database) =>
      completed(database.transaction([...stores], 'readwrite', { durability: 'strict' }), work),
    );
  }

  /** Opens the database anew where its connection is lost under `run`, which is then run again. */
  async #withDatabase<T>(run: (database: Database) => Promise<T>): Promise<T> {
    for (let tries = 1; ; tries++) {
      const connection = this.#connected();
      try {
        return await run(await connection);
      } catch (error) {
        const wasLost = this.#connection !== connection || isConnectionLost(error);
        if (this.#ending !== undefined || !wasLost || tries === MAX_TRIES) throw this.#errorOf(error);
        await this.#drop(connection);
      }
    }
  }

  #connected(): Promise<Database> {
    if (this.#ending !== undefined) throw new StorageUnavailableError(this.#ending);
    this.#connection ??= this.#connect(false);
    return this.#connection;
  }

  #connect(isFirst: boolean): Promise<Database> {
    return new Promise((resolve, reject) => {
      let isBlocked = false;
      const opening = openDB(this.#name, this.#version, {
        upgrade: (database, oldVersion, _newVersion, transaction) => {
          if (oldVersion === 0 && !isFirst) {
            this.#ending =
              'The browser has deleted this library’s database while it was open. What was saved in it is gone from ' +
              'this browser; a backup can be restored after reloading.';
            // The opening fails with it, and says why; the transaction's own promise has no other reader.
            transaction.done.catch(() => undefined);
            transaction.abort();
            return;
          }
          for (const name of STORE_NAMES) {
            if (!database.objectStoreNames.contains(name)) database.createObjectStore(name);
          }
        },
        blocked: () => {
          isBlocked = true;
          reject(
            new StorageUnavailableError(
              'Another tab has this library open in an older version of the app, so it could not be opened here. ' +
                'Nothing was changed. Close the other tab, then reload this one.',
            ),
          );
        },
        blocking: (_currentVersion, blockedVersion) => {
          this.#end(
            blockedVersion === null
              ? 'This library was deleted in another tab. Nothing more can be saved here. Reload the page.'
              : 'A newer version of the app was opened in another tab. What was saved is safe. Reload the page.',
          );
        },
        terminated: () => {
          this.#connection = undefined;
        },
      });
      opening.then((database) => (isBlocked ? database.close() : resolve(database)), reject);
    });
  }

  #end(reason: string): void {
    this.#ending ??= reason;
    const connection = this.#connection;
    this.#connection = undefined;
    connection?.then(
      (database) => database.close(),
      // It never opened: whoever waited for it has been told, and there is nothing to close.
      () => undefined,
    );
  }

  async #drop(connection: Promise<Database>): Promise<void> {
    if (this.#connection === connection) this.#connection = undefined;
    const [outcome] = await Promise.allSettled([connection]);
    if (outcome.status === 'fulfilled') outcome.value.close();
  }

  #errorOf(error: unknown): Error {
    return this.#ending === undefined
      ? storageError(error)
      : new StorageUnavailableError(this.#ending, { cause: error });
  }
}

/** What `work` read. Nothing is to become durable: its requests say all there is to say, before the transaction is over. */
async function readOut<T>(
  transaction: Transaction<'readonly'>,
  work: (transaction: Transaction<'readonly'>) => Promise<T>,
): Promise<T> {
  const over = Promise.allSettled([transaction.done]);
  try {
    return await work(transaction);
  } catch (error) {
    await over;
    throw transaction.error ?? error;
  }
}

/** The outcome of `work`, once the transaction is complete. Its own error says more than those of its requests. */
async function completed<T>(
  transaction: Transaction<'readwrite'>,
  work: (transaction: Transaction<'readwrite'>) => Promise<T>,
): Promise<T> {
  const working = (async () => work(transaction))();
  const [worked, done] = await Promise.allSettled([abortOnFailure(transaction, working), transaction.done]);
  if (done.status === 'rejected' && transaction.error !== null) throw transaction.error;
  if (worked.status === 'rejected') throw worked.reason;
  if (done.status === 'rejected') throw done.reason;
  return worked.value;
}

/** A write that throws before it becomes a request aborts nothing by itself: the others would be kept. */
async function abortOnFailure<T>(transaction: Transaction<IDBTransactionMode>, working: Promise<T>): Promise<T> {
  try {
    return await working;
  } catch (error) {
    if (transaction.error === null) abort(transaction);
    throw error;
  }
}

function abort(transaction: Transaction<IDBTransactionMode>): void {
  try {
    transaction.abort();
  } catch (error) {
    const isOver = error instanceof DOMException && error.name === 'InvalidStateError';
    if (!isOver) throw error;
  }
}

function keyOf(id: RecordId): Uint8Array<ArrayBuffer> {
  return ownBytes(idToBytes(id));
}

function idOf(key: IDBValidKey): RecordId {
  if (!(key instanceof ArrayBuffer)) throw notOurs();
  return idFromBytes<RecordId>(new Uint8Array(key));
}

function bytesOf(value: unknown): Uint8Array {
  if (!(value instanceof Uint8Array)) throw notOurs();
  return value;
}

/** A view into a larger buffer would be stored with all of it. */
function tightBytes(value: Uint8Array): Uint8Array {
  return value.byteLength === value.buffer.byteLength ? value : value.slice();
}

function notOurs(): StorageUnavailableError {
  return new StorageUnavailableError(
    'This browser’s database holds something this app did not write. Nothing was changed. Restore a backup if you have one.',
  );
}
