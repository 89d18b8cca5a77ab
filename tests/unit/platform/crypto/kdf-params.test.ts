import { describe, expect, it } from 'vitest';

import { checkKdfParams, DEFAULT_KDF_PARAMS, type KdfParams } from '../../../../src/platform/crypto/kdf-params.ts';

const floor: KdfParams = { algorithm: 'argon2id', memoryKib: 19 * 1024, iterations: 2, parallelism: 1 };
const ceiling: KdfParams = { algorithm: 'argon2id', memoryKib: 1024 * 1024, iterations: 20, parallelism: 16 };

describe('checkKdfParams', () => {
  it.each([DEFAULT_KDF_PARAMS, floor, ceiling])('accepts $memoryKib KiB, $iterations passes', (params) => {
    expect(() => checkKdfParams(params)).not.toThrow();
  });

  it('asks for 64 MiB and 3 passes of new vaults', () => {
    expect(DEFAULT_KDF_PARAMS).toEqual({ algorithm: 'argon2id', memoryKib: 65536, iterations: 3, parallelism: 1 });
  });

  it.each<Partial<KdfParams>>([
    { memoryKib: 19 * 1024 - 1 },
    { memoryKib: 1024 * 1024 + 1 },
    { memoryKib: Number.NaN },
    { memoryKib: 20_000.5 },
    { iterations: 1 },
    { iterations: 0 },
    { iterations: 21 },
    { iterations: Number.POSITIVE_INFINITY },
    { parallelism: 0 },
    { parallelism: 17 },
    { algorithm: 'argon2i' as 'argon2id' },
  ])('refuses %o', (change) => {
    const check = (): void => checkKdfParams({ ...DEFAULT_KDF_PARAMS, ...change });
    expect(check).toThrow(expect.objectContaining({ name: 'VaultHeaderError', code: 'vault/header' }));
  });
});
