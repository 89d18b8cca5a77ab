import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import type { RecordId, VaultId } from '../../../../src/domain/ids.ts';
import { lengthPrefixed, recordAad, type RecordPlace } from '../../../../src/platform/crypto/aad.ts';

const place: RecordPlace = {
  vaultId: '00112233445566778899aabbccddeeff' as VaultId,
  storeNumber: 2,
  recordId: 'ffeeddccbbaa99887766554433221100' as RecordId,
  recordVersion: 0x0102030405060708n,
  schemaVersion: 0x0a0b,
  epoch: 0x01020304,
  kind: 1,
  blockIndex: 5,
  blockCount: 6,
};

describe('recordAad', () => {
  it('writes each field behind its length, in fixed order', () => {
    const expected = [
      '0008' + Buffer.from('kv/rec/1').toString('hex'),
      '001000112233445566778899aabbccddeeff',
      '000102',
      '0010ffeeddccbbaa99887766554433221100',
      '00080102030405060708',
      '00020a0b',
      '000401020304',
      '000101',
      '000400000005',
      '000400000006',
    ].join('');
    expect(Buffer.from(recordAad(place)).toString('hex')).toBe(expected);
  });

  it('appends the origin’s hash where there is one', () => {
    const originHash = new Uint8Array(32).fill(9);
    const bytes = recordAad({ ...place, originHash });
    expect(bytes.length).toBe(recordAad(place).length + 2 + 32);
    expect(bytes.subarray(-32)).toEqual(originHash);
  });

  it.each<Partial<RecordPlace>>([
    { storeNumber: 256 },
    { storeNumber: -1 },
    { schemaVersion: 65536 },
    { epoch: 2 ** 32 },
    { kind: 1.5 },
    { blockIndex: -1 },
    { recordVersion: 1n << 64n },
    { recordVersion: -1n },
  ])('refuses a field that does not fit (%o)', (change) => {
    expect(() => recordAad({ ...place, ...change })).toThrow(RangeError);
  });
});

describe('lengthPrefixed', () => {
  it('never writes two different lists of fields alike', () => {
    const fields = fc.array(fc.uint8Array({ maxLength: 6 }), { maxLength: 4 });
    fc.assert(
      fc.property(fields, fields, (left, right) => {
        const isSameList =
          left.length === right.length && left.every((field, i) => Buffer.compare(field, right[i]!) === 0);
        expect(Buffer.compare(lengthPrefixed(left), lengthPrefixed(right)) === 0).toBe(isSameList);
      }),
    );
  });
});
