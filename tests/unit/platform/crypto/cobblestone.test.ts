import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { EnvelopeRejectedError } from '../../../../src/domain/errors.ts';
import { concatBytes } from '../../../../src/platform/crypto/bytes.ts';
import { decryptStream, encryptStream, type CobblestoneKey } from '../../../../src/platform/crypto/cobblestone.ts';

const CHUNK = 16 * 1024;
const KEY = { key: Uint8Array.from({ length: 32 }, (_, i) => i), context: new TextEncoder().encode('a place') };

/** Messages of another program, `tests/fixtures/cobblestone/pyca.json`. */
const { vectors } = JSON.parse(
  readFileSync(join(import.meta.dirname, '../../../fixtures/cobblestone/pyca.json'), 'utf8'),
) as { vectors: { length: number; key: string; context: string; ciphertext: string }[] };

const pattern = (length: number): Uint8Array => Uint8Array.from({ length }, (_, i) => i * 31 + 7);
const bytesOf = (base64: string): Uint8Array => new Uint8Array(Buffer.from(base64, 'base64'));

async function collect(stream: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  for await (const part of stream) parts.push(part);
  return concatBytes(parts);
}

/** The same bytes in parts of odd lengths. */
function* inParts(bytes: Uint8Array, length: number): Generator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += length) yield bytes.slice(at, at + length);
}

const decrypt = (encrypted: Uint8Array, key: CobblestoneKey = KEY): Promise<Uint8Array> =>
  collect(decryptStream(key, [encrypted]));

describe('Cobblestone-256', () => {
  it.each(vectors)('opens a message of $length bytes that another program made', async (vector) => {
    const key = { key: bytesOf(vector.key), context: new TextEncoder().encode(vector.context) };
    expect(await decrypt(bytesOf(vector.ciphertext), key)).toEqual(pattern(vector.length));
  });

  it.each([0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 2 * CHUNK, 32 * CHUNK - 1, 32 * CHUNK, 32 * CHUNK + 1, 65 * CHUNK + 5])(
    'gives back %i bytes, whatever parts they come in',
    async (length) => {
      const message = pattern(length);
      const encrypted = await collect(encryptStream(KEY, inParts(message, 10_007)));
      expect(encrypted.length).toBe(56 + length + 16 * (Math.floor(length / CHUNK) + 1));
      const opened = await collect(decryptStream(KEY, inParts(encrypted, 70_001)));
      expect(Buffer.compare(opened, message)).toBe(0);
    },
  );

  it('refuses any changed bit, another key and another context', async () => {
    const encrypted = await collect(encryptStream(KEY, [pattern(40)]));
    for (let bit = 0; bit < 8 * encrypted.length; bit++) {
      const changed = encrypted.slice();
      changed[bit >> 3] = (changed[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      await expect(decrypt(changed)).rejects.toThrow(EnvelopeRejectedError);
    }
    await expect(decrypt(encrypted, { ...KEY, key: new Uint8Array(32) })).rejects.toThrow(EnvelopeRejectedError);
    await expect(decrypt(encrypted, { ...KEY, context: new Uint8Array(1) })).rejects.toThrow(EnvelopeRejectedError);
  });

  it('refuses a message that was cut off or continued at any place', async () => {
    const encrypted = await collect(encryptStream(KEY, [pattern(3 * CHUNK)]));
    const sealed = CHUNK + 16;
    const ends = [0, 1, 55, 56, 57, 72, 56 + sealed, 56 + 2 * sealed, 56 + 3 * sealed, encrypted.length - 1];
    for (const end of ends) await expect(decrypt(encrypted.slice(0, end))).rejects.toThrow(EnvelopeRejectedError);
    await expect(decrypt(concatBytes([encrypted, new Uint8Array(1)]))).rejects.toThrow(EnvelopeRejectedError);
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 0, max: encrypted.length - 1 }), async (end) => {
        await expect(decrypt(encrypted.slice(0, end))).rejects.toThrow(EnvelopeRejectedError);
      }),
      { numRuns: 50 },
    );
  });

  it('refuses chunks that changed places', async () => {
    const encrypted = await collect(encryptStream(KEY, [pattern(2 * CHUNK + 9)]));
    const sealed = CHUNK + 16;
    const first = encrypted.slice(56, 56 + sealed);
    encrypted.copyWithin(56, 56 + sealed, 56 + 2 * sealed);
    encrypted.set(first, 56 + sealed);
    await expect(decrypt(encrypted)).rejects.toThrow(EnvelopeRejectedError);
  });
});
