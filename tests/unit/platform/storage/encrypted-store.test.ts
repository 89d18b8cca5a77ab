import { beforeEach, describe, expect, it } from 'vitest';

import { StorageFullError } from '../../../../src/domain/errors.ts';
import { randomId, type RecordId, type VaultId } from '../../../../src/domain/ids.ts';
import { randomBytes } from '../../../../src/platform/crypto/bytes.ts';
import { ENVELOPE_OVERHEAD } from '../../../../src/platform/crypto/envelope.ts';
import { HEADER_RECORD_ID } from '../../../../src/platform/crypto/vault-header.ts';
import { VaultKeys } from '../../../../src/platform/crypto/vault-keys.ts';
import { EncryptedStore } from '../../../../src/platform/storage/encrypted-store.ts';
import { MemoryStore } from '../../../../src/platform/storage/memory-store.ts';
import { STORE_NAMES, type StoreName, type Write } from '../../../../src/platform/storage/record-store.ts';
import { BLOCK_LENGTH, versionOf } from '../../../../src/platform/storage/sealed-record.ts';

const text = (value: string): Uint8Array => new TextEncoder().encode(value);
const id = (digits: string): RecordId => digits.padStart(32, '0') as RecordId;
const rejected = expect.objectContaining({ name: 'EnvelopeRejectedError', code: 'vault/envelope-rejected' });
const PREFIX_LENGTH = 16;
const SEALED_BLOCK_LENGTH = BLOCK_LENGTH + ENVELOPE_OVERHEAD;

function put(store: StoreName, recordId: RecordId, value: Uint8Array): Write {
  return { kind: 'put', store, id: recordId, value };
}

/** A disk that is full once in a while. */
class NarrowStore extends MemoryStore {
  isFull = false;
  override async commit(writes: readonly Write[]): Promise<void> {
    if (this.isFull) throw new StorageFullError('Full.');
    return super.commit(writes);
  }
}

describe('EncryptedStore', () => {
  let raw: NarrowStore;
  let keys: VaultKeys;
  let store: EncryptedStore;

  beforeEach(async () => {
    raw = new NarrowStore();
    keys = await VaultKeys.of(randomBytes(32), randomId<VaultId>(), 1);
    store = new EncryptedStore(raw, keys);
  });

  async function sealed(name: StoreName, recordId: RecordId): Promise<Uint8Array> {
    const bytes = await raw.find(name, recordId);
    if (bytes === undefined) throw new Error('Nothing is stored there.');
    return bytes;
  }

  /** Whether `bytes`, laid at this place in the raw store, open in a session that has seen nothing yet. */
  async function outcomeOf(name: StoreName, recordId: RecordId, bytes: Uint8Array): Promise<string> {
    await raw.commit([put(name, recordId, bytes)]);
    return new EncryptedStore(raw, keys).find(name, recordId).then(
      () => 'opened',
      (error: unknown) => (error instanceof Error ? error.name : String(error)),
    );
  }

  it('leaves nothing readable in the raw store', async () => {
    const marker = 'PLANTED-marker-4711';
    for (const name of STORE_NAMES) await store.commit([put(name, randomId<RecordId>(), text(marker.repeat(3)))]);
    await store.commit([put('sources', randomId<RecordId>(), text(`${marker} ${'x'.repeat(600_000)}`))]);
    const stored: Buffer[] = [];
    for (const name of STORE_NAMES) for (const record of await raw.list(name)) stored.push(Buffer.from(record.value));
    expect(stored.length).toBe(STORE_NAMES.length + 1);
    const everything = Buffer.concat(stored);
    for (const spelling of [
      Buffer.from(marker),
      Buffer.from(marker, 'utf16le'),
      Buffer.from(Buffer.from(marker).toString('hex')),
      ...[0, 1, 2].map((shift) =>
        Buffer.from(
          Buffer.from('x'.repeat(shift) + marker)
            .toString('base64')
            .slice(4, 20),
        ),
      ),
    ]) {
      expect(everything.indexOf(spelling)).toBe(-1);
    }
  });

  it('rejects a record in which any one bit is flipped', async () => {
    await store.commit([put('settings', id('1'), text('a small record'))]);
    const bytes = await sealed('settings', id('1'));
    const wrong: string[] = [];
    for (let bit = 0; bit < bytes.length * 8; bit++) {
      const changed = bytes.slice();
      changed[bit >> 3]! ^= 1 << (bit & 7);
      const outcome = await outcomeOf('settings', id('1'), changed);
      if (outcome !== 'EnvelopeRejectedError') wrong.push(`bit ${bit}: ${outcome}`);
    }
    expect(wrong).toEqual([]);
    expect(await outcomeOf('settings', id('1'), bytes)).toBe('opened');
  });

  it('rejects a record that is cut off at any byte, or longer', async () => {
    await store.commit([put('settings', id('1'), text('a small record'))]);
    const bytes = await sealed('settings', id('1'));
    const wrong: string[] = [];
    for (let length = 0; length < bytes.length; length++) {
      const outcome = await outcomeOf('settings', id('1'), bytes.slice(0, length));
      if (outcome !== 'EnvelopeRejectedError') wrong.push(`${length} bytes: ${outcome}`);
    }
    expect(wrong).toEqual([]);
    expect(await outcomeOf('settings', id('1'), new Uint8Array([...bytes, 0]))).toBe('EnvelopeRejectedError');
  });

  it('rejects a record moved to any other store, id or vault, even under the same vault key', async () => {
    const vaultKey = randomBytes(32);
    const vaultIds = [randomId<VaultId>(), randomId<VaultId>()];
    const places = vaultIds.flatMap((vaultId) =>
      STORE_NAMES.flatMap((name) => [id('1'), id('2')].map((recordId) => ({ vaultId, name, recordId }))),
    );
    const records = await Promise.all(
      places.map(async (place) => {
        const disk = new MemoryStore();
        const placeKeys = await VaultKeys.of(vaultKey, place.vaultId, 1);
        await new EncryptedStore(disk, placeKeys).commit([put(place.name, place.recordId, text('same'))]);
        const bytes = await disk.find(place.name, place.recordId);
        return { ...place, placeKeys, bytes: bytes ?? new Uint8Array(0) };
      }),
    );
    const wrong: string[] = [];
    let pairs = 0;
    for (const [i, from] of records.entries()) {
      for (const [j, to] of records.entries()) {
        if (i === j) continue;
        pairs++;
        const disk = new MemoryStore();
        await disk.commit([put(to.name, to.recordId, from.bytes)]);
        const outcome = await new EncryptedStore(disk, to.placeKeys)
          .find(to.name, to.recordId)
          .catch((error: unknown) => error);
        if (nameOf(outcome) !== 'EnvelopeRejectedError') wrong.push(`${i} → ${j}`);
      }
    }
    expect(wrong).toEqual([]);
    expect(pairs).toBe(56 * 55);
  });

  describe('with a value of several blocks', () => {
    const value = new Uint8Array(3 * BLOCK_LENGTH + 12_345);
    for (let i = 0; i < value.length; i += 65_536) value.set(randomBytes(Math.min(65_536, value.length - i)), i);
    let bytes: Uint8Array;

    beforeEach(async () => {
      await store.commit([put('sources', id('1'), value)]);
      bytes = await sealed('sources', id('1'));
    });

    it('gives it back', async () => {
      expect(new DataView(bytes.buffer).getUint32(12)).toBe(4);
      const found = await store.find('sources', id('1'));
      expect(found !== undefined && Buffer.compare(found, value)).toBe(0);
    });

    it.each([
      ['two blocks change places', [1, 0, 2, 3]],
      ['a block is there twice', [0, 0, 2, 3]],
      ['the last block is missing', [0, 1, 2]],
      ['a block in the middle is missing', [0, 2, 3]],
      ['a block is added', [0, 1, 2, 2, 3]],
    ])('rejects it when %s', async (_what, order) => {
      const blocks = order.map((index) => {
        const start = PREFIX_LENGTH + index * SEALED_BLOCK_LENGTH;
        return bytes.subarray(start, start + SEALED_BLOCK_LENGTH);
      });
      for (const claimedCount of [4, order.length]) {
        const prefix = bytes.slice(0, PREFIX_LENGTH);
        new DataView(prefix.buffer).setUint32(12, claimedCount);
        const changed = new Uint8Array(Buffer.concat([prefix, ...blocks]));
        expect(await outcomeOf('sources', id('1'), changed)).toBe('EnvelopeRejectedError');
      }
    });

    it('rejects a block of an older version among newer ones', async () => {
      await store.commit([put('sources', id('1'), value)]);
      const mixed = await sealed('sources', id('1'));
      const start = PREFIX_LENGTH + SEALED_BLOCK_LENGTH;
      mixed.set(bytes.subarray(start, start + SEALED_BLOCK_LENGTH), start);
      expect(await outcomeOf('sources', id('1'), mixed)).toBe('EnvelopeRejectedError');
    });
  });

  it('reports damaged records by id and opens the rest', async () => {
    await store.commit(['1', '2', '3', '4'].map((digit) => put('texts', id(digit), text(digit))));
    await raw.commit([put('texts', id('2'), await sealed('texts', id('3'))), put('texts', id('4'), new Uint8Array(3))]);
    await expect(store.find('texts', id('2'))).rejects.toEqual(rejected);
    await expect(store.findMany('texts', [id('1'), id('2')])).rejects.toEqual(rejected);
    await expect(store.list('texts')).rejects.toEqual(rejected);

    const damaged: RecordId[] = [];
    const records = await store.list('texts', (recordId, error) => {
      expect(error).toEqual(rejected);
      damaged.push(recordId);
    });
    expect(records).toEqual([
      { id: id('1'), value: text('1') },
      { id: id('3'), value: text('3') },
    ]);
    expect(damaged.sort()).toEqual([id('2'), id('4')]);

    damaged.length = 0;
    const found = await store.findMany('texts', [id('4'), id('3'), id('9')], (recordId) => damaged.push(recordId));
    expect(found).toEqual([undefined, text('3'), undefined]);
    expect(damaged).toEqual([id('4')]);
  });

  it('can replace a damaged record, whatever version it claims', async () => {
    await store.commit([put('texts', id('1'), text('one'))]);
    const bytes = await sealed('texts', id('1'));
    for (const damage of [new Uint8Array(2), bytes.slice().fill(0xff, 4, 12)]) {
      await raw.commit([put('texts', id('1'), damage)]);
      const session = new EncryptedStore(raw, keys);
      await session.commit([put('texts', id('1'), text('again'))]);
      expect(await session.find('texts', id('1'))).toEqual(text('again'));
    }
  });

  it('numbers each put of a record, across sessions and deletions', async () => {
    await store.commit([put('meta', id('1'), text('a'))]);
    await store.commit([put('meta', id('1'), text('b')), put('meta', id('1'), text('c'))]);
    expect(versionOf(await sealed('meta', id('1')))).toBe(3);
    const session = new EncryptedStore(raw, keys);
    await session.commit([put('meta', id('1'), text('d'))]);
    expect(versionOf(await sealed('meta', id('1')))).toBe(4);
    await session.commit([{ kind: 'delete', store: 'meta', id: id('1') }]);
    await session.commit([put('meta', id('1'), text('e'))]);
    expect(versionOf(await sealed('meta', id('1')))).toBe(5);
  });

  it('rejects an older version of a record that this session has seen newer', async () => {
    await store.commit([put('settings', id('1'), text('old'))]);
    const older = await sealed('settings', id('1'));
    await store.commit([put('settings', id('1'), text('new'))]);
    await raw.commit([put('settings', id('1'), older)]);
    await expect(store.find('settings', id('1'))).rejects.toEqual(rejected);
    await expect(store.list('settings')).rejects.toEqual(rejected);
  });

  it('keeps what was there when the disk is full, and goes on afterwards', async () => {
    await store.commit([put('meta', id('1'), text('kept'))]);
    raw.isFull = true;
    const failing = [1, 2, 3].map((i) => store.commit([put('meta', id('1'), text(`lost ${i}`))]));
    for (const commit of failing) await expect(commit).rejects.toMatchObject({ name: 'StorageFullError' });
    raw.isFull = false;
    expect(await store.find('meta', id('1'))).toEqual(text('kept'));
    await store.commit([put('meta', id('1'), text('newer'))]);
    expect(await store.find('meta', id('1'))).toEqual(text('newer'));
  });

  it('can be read while it is written', async () => {
    await store.commit([put('meta', id('1'), text('0'))]);
    const writing = Array.from({ length: 30 }, (_, i) => store.commit([put('meta', id('1'), text(`${i}`))]));
    const reading = Array.from({ length: 30 }, () => store.find('meta', id('1')));
    await Promise.all([...writing, ...reading]);
    expect(await store.find('meta', id('1'))).toEqual(text('29'));
  });

  it('does not take a read that a newer write overtook for an older record', async () => {
    await store.commit([put('meta', id('1'), text('old'))]);
    const readOld = raw.findMany('meta', [id('1')]);
    let deliver = (): void => undefined;
    const delivered = new Promise<void>((resolve) => (deliver = resolve));
    raw.findMany = async () => delivered.then(() => readOld);
    const reading = store.find('meta', id('1'));
    await store.commit([put('meta', id('1'), text('new'))]);
    deliver();
    expect(await reading).toEqual(text('old'));
  });

  it('neither shows nor overwrites the vault’s header', async () => {
    await raw.commit([put('meta', HEADER_RECORD_ID, text('header'))]);
    expect(await store.find('meta', HEADER_RECORD_ID)).toBeUndefined();
    expect(await store.listIds('meta')).toEqual([]);
    expect(await store.list('meta')).toEqual([]);
    await expect(store.commit([put('meta', HEADER_RECORD_ID, text('x'))])).rejects.toMatchObject({
      name: 'InvalidInputError',
    });
    await expect(
      store.commit([{ kind: 'delete', store: 'meta', id: HEADER_RECORD_ID }, put('meta', id('1'), text('x'))]),
    ).rejects.toMatchObject({ name: 'InvalidInputError' });
    expect(await raw.find('meta', HEADER_RECORD_ID)).toEqual(text('header'));
    expect(await store.listIds('meta')).toEqual([]);
  });
});

function nameOf(outcome: unknown): string {
  return outcome instanceof Error ? outcome.name : 'opened';
}
