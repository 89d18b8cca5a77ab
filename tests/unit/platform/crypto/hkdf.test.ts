import { describe, expect, it } from 'vitest';

import { deriveAesKey, deriveBytes, deriveMacKey, importKeyMaterial } from '../../../../src/platform/crypto/hkdf.ts';

const hex = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text, 'hex'));
const range = (first: number, last: number): Uint8Array =>
  Uint8Array.from({ length: last - first + 1 }, (_, i) => first + i);

// RFC 5869, appendix A.1 to A.3 (SHA-256).
const VECTORS = [
  {
    name: 'A.1',
    ikm: new Uint8Array(22).fill(0x0b),
    salt: range(0x00, 0x0c),
    info: range(0xf0, 0xf9),
    okm: '3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf34007208d5b887185865',
  },
  {
    name: 'A.2',
    ikm: range(0x00, 0x4f),
    salt: range(0x60, 0xaf),
    info: range(0xb0, 0xff),
    okm:
      'b11e398dc80327a1c8e7f78c596a49344f012eda2d4efad8a050cc4c19afa97c59045a99cac7827271cb41c65e590e09' +
      'da3275600c2f09b8367793a9aca3db71cc30c58179ec3e87c14c01d5c1f3434f1d87',
  },
  {
    name: 'A.3',
    ikm: new Uint8Array(22).fill(0x0b),
    salt: new Uint8Array(0),
    info: new Uint8Array(0),
    okm: '8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d9d201395faa4b61a96c8',
  },
] as const;

describe('HKDF', () => {
  it.each(VECTORS)('gives the output of RFC 5869 $name', async ({ ikm, salt, info, okm }) => {
    const expected = hex(okm);
    const material = await importKeyMaterial(ikm);
    expect(await deriveBytes(material, salt, info, expected.length)).toEqual(expected);
  });

  it('takes bytes that lie in shared memory', async () => {
    const shared = new Uint8Array(new SharedArrayBuffer(22)).fill(0x0b);
    const material = await importKeyMaterial(shared);
    expect(await deriveBytes(material, VECTORS[0].salt, VECTORS[0].info, 42)).toEqual(hex(VECTORS[0].okm));
  });

  it('hands out keys that cannot be exported', async () => {
    const material = await importKeyMaterial(new Uint8Array(32));
    const salt = new Uint8Array(16);
    const keys = [material, await deriveAesKey(material, salt, 'a'), await deriveMacKey(material, salt, 'b')];
    for (const key of keys) {
      expect(key.extractable).toBe(false);
      await expect(crypto.subtle.exportKey('raw', key)).rejects.toThrow();
    }
  });
});
