import 'fake-indexeddb/auto';
import { afterEach, describe, expect, it, vi } from 'vitest';

import type { RecordId } from '../../../../src/domain/ids.ts';
import { deleteRecordStore, openRecordStore } from '../../../../src/platform/storage/open-record-store.ts';

const id = '00000000000000000000000000000001' as RecordId;

function refuseWith(name: string): void {
  vi.stubGlobal('indexedDB', {
    open: () => {
      throw new DOMException('Refused.', name);
    },
  });
}

describe('openRecordStore', () => {
  afterEach(() => {
    vi.unstubAllGlobals();
  });

  it('opens a database that is still there when opened again', async () => {
    const first = await openRecordStore('kept');
    expect(first).toMatchObject({ kind: 'disk' });
    expect(first.reason).toBeUndefined();
    await first.store.commit([{ kind: 'put', store: 'meta', id, value: new Uint8Array([1]) }]);
    first.store.close();
    const second = await openRecordStore('kept');
    expect(await second.store.find('meta', id)).toEqual(new Uint8Array([1]));
    second.store.close();
  });

  it.each(['SecurityError', 'InvalidStateError', 'NotAllowedError'])(
    'works in memory, and says so, where the browser refuses with %s',
    async (name) => {
      refuseWith(name);
      const opened = await openRecordStore('refused');
      expect(opened.kind).toBe('memory');
      expect(opened.reason).toMatch(/gone when this tab closes/);
      await opened.store.commit([{ kind: 'put', store: 'meta', id, value: new Uint8Array([1]) }]);
      expect(await opened.store.find('meta', id)).toEqual(new Uint8Array([1]));
    },
  );

  it('works in memory where there is no IndexedDB', async () => {
    vi.stubGlobal('indexedDB', undefined);
    expect((await openRecordStore('absent')).kind).toBe('memory');
    await expect(deleteRecordStore('absent')).resolves.toBeUndefined();
  });

  it('does not put an empty library in the place of one that cannot be opened just now', async () => {
    refuseWith('UnknownError');
    await expect(openRecordStore('broken')).rejects.toMatchObject({ name: 'StorageUnavailableError' });
    refuseWith('QuotaExceededError');
    await expect(openRecordStore('broken')).rejects.toMatchObject({ name: 'StorageFullError' });
  });
});

describe('deleteRecordStore', () => {
  it('deletes what was stored', async () => {
    const { store } = await openRecordStore('deleted');
    await store.commit([{ kind: 'put', store: 'meta', id, value: new Uint8Array([1]) }]);
    store.close();
    await deleteRecordStore('deleted');
    const again = await openRecordStore('deleted');
    expect(await again.store.listIds('meta')).toEqual([]);
    again.store.close();
  });

  it('says that another tab must let go', async () => {
    const { store } = await openRecordStore('blocked');
    store.close();
    const stubborn = await new Promise<IDBDatabase>((resolve, reject) => {
      const request = indexedDB.open('blocked');
      request.onsuccess = () => resolve(request.result);
      request.onerror = () => reject(request.error ?? new Error('The request failed.'));
    });
    await expect(deleteRecordStore('blocked')).rejects.toThrow(/Close the other tab/);
    stubborn.close();
  });
});
