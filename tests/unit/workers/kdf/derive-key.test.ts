import { argon2id as nobleArgon2id } from '@noble/hashes/argon2.js';
import { argon2id } from 'hash-wasm';
import { describe, expect, it } from 'vitest';

import { DEFAULT_KDF_PARAMS, type KdfParams } from '../../../../src/platform/crypto/kdf-params.ts';
import { deriveKey } from '../../../../workers/kdf/derive-key.ts';

const password = new TextEncoder().encode('correct horse battery staple');
const salt = Uint8Array.from({ length: 16 }, (_, i) => 17 * i);

describe('the Argon2id oracle', () => {
  it('gives the tag of RFC 9106, section 5.3', () => {
    const tag = nobleArgon2id(new Uint8Array(32).fill(1), new Uint8Array(16).fill(2), {
      m: 32,
      t: 3,
      p: 4,
      dkLen: 32,
      key: new Uint8Array(8).fill(3),
      personalization: new Uint8Array(12).fill(4),
    });
    expect(Buffer.from(tag).toString('hex')).toBe('0d640df58d78766c08c037a34a8b53c9d01ef0452d75b65eb52520e96b01e659');
  });

  it.each([
    { m: 8, t: 1, p: 1, bytes: 1 },
    { m: 32, t: 3, p: 4, bytes: 32 },
    { m: 64, t: 2, p: 1, bytes: 0 },
    { m: 100, t: 5, p: 2, bytes: 63 },
    { m: 256, t: 1, p: 3, bytes: 64 },
    { m: 1024, t: 2, p: 1, bytes: 65 },
    { m: 1031, t: 3, p: 1, bytes: 1024 },
    { m: 4096, t: 4, p: 1, bytes: 129 },
  ])('agrees with hash-wasm at $m KiB, $t passes, $p lanes, $bytes bytes of passphrase', async ({ m, t, p, bytes }) => {
    const secret = Uint8Array.from({ length: bytes }, (_, i) => (i * 31 + m) & 0xff);
    if (bytes === 0) {
      // hash-wasm has no empty passphrase; neither has a vault.
      await expect(wasm(secret, m, t, p)).rejects.toThrow();
      return;
    }
    expect(await wasm(secret, m, t, p)).toEqual(nobleArgon2id(secret, salt, { m, t, p, dkLen: 32 }));
  });
});

describe('deriveKey', () => {
  it.each<KdfParams>([
    { algorithm: 'argon2id', memoryKib: 19 * 1024, iterations: 2, parallelism: 1 },
    DEFAULT_KDF_PARAMS,
  ])('agrees with the oracle at $memoryKib KiB, $iterations passes', async (params) => {
    const expected = nobleArgon2id(password, salt, {
      m: params.memoryKib,
      t: params.iterations,
      p: params.parallelism,
      dkLen: 32,
    });
    expect(await deriveKey(password.slice(), salt, params)).toEqual(expected);
  });

  it('wipes the passphrase it was given', async () => {
    const mine = password.slice();
    await deriveKey(mine, salt, { ...DEFAULT_KDF_PARAMS, memoryKib: 19 * 1024, iterations: 2 });
    expect(mine).toEqual(new Uint8Array(password.length));
  });

  it.each([
    { memoryKib: 8, iterations: 3 },
    { memoryKib: 4 * 1024 * 1024 },
    { iterations: 1 },
    { iterations: 1_000_000 },
  ])('refuses %o before it begins', async (change) => {
    await expect(deriveKey(password.slice(), salt, { ...DEFAULT_KDF_PARAMS, ...change })).rejects.toMatchObject({
      name: 'VaultHeaderError',
    });
  });
});

function wasm(secret: Uint8Array, m: number, t: number, p: number): Promise<Uint8Array> {
  return argon2id({
    password: secret,
    salt,
    memorySize: m,
    iterations: t,
    parallelism: p,
    hashLength: 32,
    outputType: 'binary',
  });
}
