import { deleteDB, openDB } from 'idb';
import { storageError } from './indexeddb-errors.ts';

/**
 * Which database holds the library of this device. Databases cannot be renamed: a restored library is built in one of its
 * own, and then one small write makes it the library. Until that write is durable, the old one is.
 */

const REGISTRY = 'commonplace-registry';
const STORE = 'active';
const KEY = 'library';

const FIRST_VAULT = 'commonplace';
const VAULT_NAME = /^commonplace(-[0-9a-f]{16})?$/;

/**
 * The name of the database in use. Where nothing says so, or what says so was lost: the first one, or the only one there
 * is. Where the browser refuses a database, the first one as well; opening it tells.
 */
export async function activeVaultName(): Promise<string> {
  const names = await vaultDatabases();
  const named = names.length === 0 ? undefined : await readRegistry();
  if (named !== undefined && names.includes(named)) return named;
  const [only, ...others] = names;
  return only !== undefined && others.length === 0 ? only : FIRST_VAULT;
}

export function newVaultName(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(8));
  return `${FIRST_VAULT}-${[...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('')}`;
}

/** From now on `name` is the library: durable when it resolves. Throws a storage error. */
export async function activateVault(name: string): Promise<void> {
  try {
    const registry = await openRegistry();
    const transaction = registry.transaction(STORE, 'readwrite', { durability: 'strict' });
    await transaction.store.put(name, KEY);
    await transaction.done;
    registry.close();
  } catch (error) {
    throw storageError(error);
  }
}

/** Deletes what an interrupted or finished restore has left. Only the tab that holds the library may call it. */
export async function deleteOtherVaults(active: string): Promise<void> {
  for (const name of await vaultDatabases()) {
    if (name === active) continue;
    // A tab that still has the old one open lets go of it when it is told; the next session tries again otherwise.
    await deleteDB(name, { blocked: () => undefined });
  }
}

async function readRegistry(): Promise<string | undefined> {
  const registry = await openRegistry();
  const name: unknown = await registry.get(STORE, KEY);
  registry.close();
  return typeof name === 'string' && VAULT_NAME.test(name) ? name : undefined;
}

function openRegistry(): ReturnType<typeof openDB> {
  return openDB(REGISTRY, 1, {
    upgrade: (database) => {
      database.createObjectStore(STORE);
    },
  });
}

async function vaultDatabases(): Promise<string[]> {
  try {
    if (typeof indexedDB !== 'object' || typeof indexedDB.databases !== 'function') return [];
    const found = await indexedDB.databases();
    return found.flatMap(({ name }) => (name !== undefined && VAULT_NAME.test(name) ? [name] : []));
  } catch (error) {
    // Refused, as in some private windows: there is no library either.
    if (error instanceof DOMException) return [];
    throw error;
  }
}
