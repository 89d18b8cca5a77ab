import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';

import type { RecordId, VaultId } from '../../../../src/domain/ids.ts';
import { recordAad, type RecordPlace } from '../../../../src/platform/crypto/aad.ts';
import { ENVELOPE_OVERHEAD, open, seal, type SealingKey } from '../../../../src/platform/crypto/envelope.ts';
import { deriveAesKey, importKeyMaterial } from '../../../../src/platform/crypto/hkdf.ts';

const text = new TextEncoder();

async function keyOf(fill: number, epoch = 1): Promise<SealingKey> {
  const material = await importKeyMaterial(new Uint8Array(32).fill(fill));
  return { key: await deriveAesKey(material, new Uint8Array(16), 'test'), epoch };
}

const place: RecordPlace = {
  vaultId: '00112233445566778899aabbccddeeff' as VaultId,
  storeNumber: 2,
  recordId: 'ffeeddccbbaa99887766554433221100' as RecordId,
  recordVersion: 3n,
  schemaVersion: 1,
  epoch: 1,
  kind: 2,
  blockIndex: 0,
  blockCount: 1,
  originHash: new Uint8Array(32).fill(7),
};

describe('an envelope', () => {
  let key: SealingKey;
  beforeAll(async () => {
    key = await keyOf(1);
  });

  it('opens to what was sealed, for any plaintext and authenticated data', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.uint8Array({ maxLength: 2000 }),
        fc.uint8Array({ maxLength: 200 }),
        async (plaintext, aad) => {
          const envelope = await seal(key, plaintext, aad);
          expect(envelope.length).toBe(plaintext.length + ENVELOPE_OVERHEAD);
          expect(await open(key, envelope, aad)).toEqual(Uint8Array.from(plaintext));
        },
      ),
      { numRuns: 200 },
    );
  });

  it('opens from a view into a larger buffer', async () => {
    const aad = recordAad(place);
    const envelope = await seal(key, text.encode('passage'), aad);
    const padded = new Uint8Array(envelope.length + 30);
    padded.set(envelope, 13);
    const view = padded.subarray(13, 13 + envelope.length);
    expect(await open(key, view, aad)).toEqual(text.encode('passage'));
  });

  it('begins with its magic, version, algorithm and epoch', async () => {
    const envelope = await seal(await keyOf(1, 0x01020304), text.encode('x'), new Uint8Array(0));
    expect([...envelope.subarray(0, 8)]).toEqual([0x4b, 0x56, 1, 1, 1, 2, 3, 4]);
  });

  it('is AES-256-GCM over its header behind the authenticated data, as an independent reading of the format says', async () => {
    const aad = recordAad(place);
    const envelope = Buffer.from(await seal(key, text.encode('passage'), aad));
    const header = envelope.subarray(0, 20);
    const plaintext = await crypto.subtle.decrypt(
      { name: 'AES-GCM', iv: header.subarray(8), additionalData: Buffer.concat([aad, Buffer.from([0, 20]), header]) },
      key.key,
      envelope.subarray(20),
    );
    expect(Buffer.from(plaintext).toString()).toBe('passage');
  });

  it('is rejected when any one bit of it is flipped', async () => {
    const aad = recordAad(place);
    const envelope = await seal(
      key,
      new Uint8Array(301).map((_, i) => i),
      aad,
    );
    const opened = await countOpened(envelope.length * 8, async (bit) => open(key, flipped(envelope, bit), aad));
    expect(opened).toEqual([]);
  });

  it('is rejected when any one bit of the authenticated data is flipped', async () => {
    const aad = recordAad(place);
    const envelope = await seal(key, text.encode('passage'), aad);
    const opened = await countOpened(aad.length * 8, async (bit) => open(key, envelope, flipped(aad, bit)));
    expect(opened).toEqual([]);
  });

  it.each<Partial<RecordPlace>>([
    { vaultId: '10112233445566778899aabbccddeeff' as VaultId },
    { storeNumber: 3 },
    { recordId: 'ffeeddccbbaa99887766554433221101' as RecordId },
    { recordVersion: 4n },
    { schemaVersion: 2 },
    { epoch: 2 },
    { kind: 1 },
    { blockIndex: 1 },
    { blockCount: 2 },
    { originHash: new Uint8Array(32).fill(8) },
  ])('is rejected in another place: %o', async (change) => {
    const envelope = await seal(key, text.encode('passage'), recordAad(place));
    await expect(open(key, envelope, recordAad({ ...place, ...change }))).rejects.toMatchObject({
      name: 'EnvelopeRejectedError',
    });
  });

  it('is rejected when it is cut off anywhere, or has a byte more', async () => {
    const envelope = await seal(key, text.encode('a passage of some length'), new Uint8Array(0));
    const opened = await countOpened(envelope.length, async (length) =>
      open(key, envelope.slice(0, length), new Uint8Array(0)),
    );
    expect(opened).toEqual([]);
    const longer = new Uint8Array([...envelope, 0]);
    await expect(open(key, longer, new Uint8Array(0))).rejects.toMatchObject({ name: 'EnvelopeRejectedError' });
  });

  it('is rejected under another key or another epoch', async () => {
    const envelope = await seal(key, text.encode('passage'), new Uint8Array(0));
    for (const other of [await keyOf(2), { key: key.key, epoch: 2 }]) {
      await expect(open(other, envelope, new Uint8Array(0))).rejects.toMatchObject({ name: 'EnvelopeRejectedError' });
    }
  });

  it('never uses a nonce twice in ten thousand', async () => {
    const nonces = new Set<string>();
    const empty = new Uint8Array(0);
    for (let i = 0; i < 10_000; i += 500) {
      const envelopes = await Promise.all(Array.from({ length: 500 }, () => seal(key, empty, empty)));
      for (const envelope of envelopes) nonces.add(Buffer.from(envelope.subarray(8, 20)).toString('hex'));
    }
    expect(nonces.size).toBe(10_000);
  });
});

function flipped(bytes: Uint8Array, bit: number): Uint8Array {
  const changed = bytes.slice();
  changed[bit >> 3]! ^= 1 << (bit & 7);
  return changed;
}

/** The attempts that opened or failed otherwise than by `EnvelopeRejectedError`. */
async function countOpened(attempts: number, attempt: (i: number) => Promise<unknown>): Promise<string[]> {
  const wrong: string[] = [];
  for (let i = 0; i < attempts; i++) {
    const outcome = await attempt(i).then(
      () => 'opened',
      (error: unknown) => (error instanceof Error ? error.name : String(error)),
    );
    if (outcome !== 'EnvelopeRejectedError') wrong.push(`${i}: ${outcome}`);
  }
  return wrong;
}
