import 'fake-indexeddb/auto';
import { deleteDB, openDB } from 'idb';
import { afterEach, describe, expect, it } from 'vitest';
import {
  activateVault,
  activeVaultName,
  deleteOtherVaults,
  newVaultName,
} from '../../../../src/platform/storage/active-vault.ts';

async function make(name: string): Promise<void> {
  const database = await openDB(name, 1);
  database.close();
}

async function names(): Promise<(string | undefined)[]> {
  return (await indexedDB.databases()).map(({ name }) => name).sort();
}

describe('the library in use', () => {
  afterEach(async () => {
    for (const name of await names()) await deleteDB(name ?? '');
  });

  it('is the first one until another is put in its place', async () => {
    expect(await activeVaultName()).toBe('commonplace');
    await make('commonplace');
    const restored = newVaultName();
    await make(restored);
    expect(await activeVaultName()).toBe('commonplace');
    await activateVault(restored);
    expect(await activeVaultName()).toBe(restored);
  });

  it('is the only one there is where nothing says which, or what is said is not there', async () => {
    const only = newVaultName();
    await make(only);
    expect(await activeVaultName()).toBe(only);
    await activateVault(newVaultName());
    expect(await activeVaultName()).toBe(only);
  });

  it('outlives all others, and nothing else is deleted', async () => {
    const [kept, left] = [newVaultName(), newVaultName()];
    for (const name of ['commonplace', kept, left, 'somebody-else']) await make(name);
    await activateVault(kept);
    await deleteOtherVaults(kept);
    expect(await names()).toEqual([kept, 'commonplace-registry', 'somebody-else'].sort());
    expect(await activeVaultName()).toBe(kept);
  });
});
