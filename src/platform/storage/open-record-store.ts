import { deleteDB } from 'idb';

import { StorageUnavailableError } from '../../domain/errors.ts';
import { isRefused, storageError } from './indexeddb-errors.ts';
import { IndexedDbStore } from './indexeddb-store.ts';
import { MemoryStore } from './memory-store.ts';
import type { RecordStore } from './record-store.ts';

export interface OpenedRecordStore {
  readonly store: RecordStore;
  readonly kind: 'disk' | 'memory';
  /** Why it is `memory`: what that means, what to do. */
  readonly reason?: string;
}

const MEMORY_REASON =
  'This browser does not let the page keep data, as in some private windows. Everything works, but it is held in ' +
  'memory only and is gone when this tab closes. To keep a library, open the page in an ordinary window.';

/**
 * The raw store of that name: IndexedDB, or memory where the browser refuses a database altogether. Any other
 * failure (blocked by another tab, disk full, damaged) is thrown: there may be a library behind it, and an empty one
 * in its place would look like its loss.
 */
export async function openRecordStore(name: string): Promise<OpenedRecordStore> {
  if (!hasIndexedDb()) return inMemory();
  try {
    return { store: await IndexedDbStore.open(name), kind: 'disk' };
  } catch (error) {
    if (isRefused(error)) return inMemory();
    throw error;
  }
}

/** Deletes the database and all it holds. Throws `StorageUnavailableError` while another tab has it open. */
export async function deleteRecordStore(name: string): Promise<void> {
  if (!hasIndexedDb()) return;
  await new Promise<void>((resolve, reject) => {
    const blocked = (): void => {
      reject(
        new StorageUnavailableError(
          'Another tab still has this library open. It will be deleted once that tab lets go. Close the other tab.',
        ),
      );
    };
    deleteDB(name, { blocked }).then(resolve, (error: unknown) => reject(storageError(error)));
  });
}

/** In some private windows even reading the property throws. */
function hasIndexedDb(): boolean {
  try {
    return typeof indexedDB === 'object' && indexedDB !== null;
  } catch (error) {
    if (isRefused(error)) return false;
    throw error;
  }
}

function inMemory(): OpenedRecordStore {
  return { store: new MemoryStore(), kind: 'memory', reason: MEMORY_REASON };
}
