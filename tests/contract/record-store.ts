import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { randomId, type RecordId } from '../../src/domain/ids.ts';
import type { RecordStore, Write } from '../../src/platform/storage/record-store.ts';

const text = (value: string): Uint8Array => new TextEncoder().encode(value);
const id = (digits: string): RecordId => digits.padStart(32, '0') as RecordId;

function put(store: Write['store'], recordId: RecordId, value: Uint8Array): Write {
  return { kind: 'put', store, id: recordId, value };
}

/** What every `RecordStore` does. `make` gives an empty store each time. */
export function recordStoreContract(name: string, make: () => Promise<RecordStore>): void {
  describe(`${name} as a record store`, () => {
    let store: RecordStore;

    beforeEach(async () => {
      store = await make();
    });

    afterEach(() => {
      store.close();
    });

    it('finds what was put, in its store only', async () => {
      await store.commit([put('documents', id('a1'), text('one'))]);
      expect(await store.find('documents', id('a1'))).toEqual(text('one'));
      expect(await store.find('versions', id('a1'))).toBeUndefined();
      expect(await store.find('documents', id('a2'))).toBeUndefined();
    });

    it('keeps empty values and values of several megabytes', async () => {
      const large = new Uint8Array(3_000_001).map((_, i) => (i * i) >> 3);
      await store.commit([put('sources', id('1'), new Uint8Array(0)), put('sources', id('2'), large)]);
      expect(await store.find('sources', id('1'))).toEqual(new Uint8Array(0));
      const found = await store.find('sources', id('2'));
      expect(found !== undefined && Buffer.compare(found, large)).toBe(0);
    });

    it('replaces a value that is put again', async () => {
      await store.commit([put('settings', id('1'), text('first'))]);
      await store.commit([put('settings', id('1'), text('second'))]);
      expect(await store.find('settings', id('1'))).toEqual(text('second'));
      expect(await store.listIds('settings')).toEqual([id('1')]);
    });

    it('applies the writes of a batch in their order', async () => {
      await store.commit([
        put('jobs', id('1'), text('a')),
        put('jobs', id('1'), text('b')),
        put('jobs', id('2'), text('c')),
        { kind: 'delete', store: 'jobs', id: id('2') },
        { kind: 'delete', store: 'jobs', id: id('3') },
        put('jobs', id('3'), text('d')),
      ]);
      expect(await store.list('jobs')).toEqual([
        { id: id('1'), value: text('b') },
        { id: id('3'), value: text('d') },
      ]);
    });

    it('ends with the last of several commits that were not awaited', async () => {
      const commits = Array.from({ length: 20 }, (_, i) => store.commit([put('meta', id('7'), text(`v${i}`))]));
      await Promise.all(commits);
      expect(await store.find('meta', id('7'))).toEqual(text('v19'));
    });

    it('keeps the order of commits even when the earlier is much larger', async () => {
      const large = new Uint8Array(4_000_000).map((_, i) => (i * i) >> 3);
      const commits = [
        store.commit([put('meta', id('8'), large)]),
        store.commit([put('meta', id('8'), text('later'))]),
      ];
      await Promise.all(commits);
      expect(await store.find('meta', id('8'))).toEqual(text('later'));
    });

    it('finds many in the order asked, with gaps, and the same id twice', async () => {
      await store.commit([put('chunks', id('1'), text('one')), put('chunks', id('2'), text('two'))]);
      const found = await store.findMany('chunks', [id('2'), id('9'), id('1'), id('2')]);
      expect(found).toEqual([text('two'), undefined, text('one'), text('two')]);
      expect(await store.findMany('chunks', [])).toEqual([]);
    });

    it('lists ids and records in the order of their ids', async () => {
      const ids = Array.from({ length: 50 }, () => randomId<RecordId>());
      await store.commit(ids.map((recordId) => put('texts', recordId, text(recordId))));
      const sorted = [...ids].sort();
      expect(await store.listIds('texts')).toEqual(sorted);
      const damaged: RecordId[] = [];
      const records = await store.list('texts', (recordId) => damaged.push(recordId));
      expect(records.map((record) => record.id)).toEqual(sorted);
      expect(records.map((record) => new TextDecoder().decode(record.value))).toEqual(sorted);
      expect(damaged).toEqual([]);
    });

    it('deletes, and does not mind deleting what is not there', async () => {
      await store.commit([put('messages', id('1'), text('one'))]);
      await store.commit([
        { kind: 'delete', store: 'messages', id: id('1') },
        { kind: 'delete', store: 'messages', id: id('2') },
      ]);
      expect(await store.find('messages', id('1'))).toBeUndefined();
      expect(await store.listIds('messages')).toEqual([]);
      await store.commit([put('messages', id('1'), text('again'))]);
      expect(await store.find('messages', id('1'))).toEqual(text('again'));
    });

    it('writes across stores in one batch, and an empty batch not at all', async () => {
      await store.commit([]);
      await store.commit([put('versions', id('1'), text('v')), put('conversations', id('1'), text('c'))]);
      expect(await store.find('versions', id('1'))).toEqual(text('v'));
      expect(await store.find('conversations', id('1'))).toEqual(text('c'));
    });

    it('is not changed by what callers do to the bytes they gave or got', async () => {
      const given = new Uint8Array(100).subarray(10, 20).fill(5);
      const committing = store.commit([put('lexical', id('1'), given)]);
      await committing;
      given.fill(6);
      const got = await store.find('lexical', id('1'));
      expect(got).toEqual(new Uint8Array(10).fill(5));
      got?.fill(7);
      expect(await store.find('lexical', id('1'))).toEqual(new Uint8Array(10).fill(5));
    });

    it('refuses to work once it is closed', async () => {
      store.close();
      await expect(store.find('meta', id('1'))).rejects.toMatchObject({ name: 'StorageUnavailableError' });
      await expect(store.commit([put('meta', id('1'), text('x'))])).rejects.toMatchObject({
        name: 'StorageUnavailableError',
      });
    });
  });
}
