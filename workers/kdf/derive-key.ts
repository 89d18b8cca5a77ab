import { argon2id } from 'hash-wasm';

import { checkKdfParams, type KdfParams } from '../../src/platform/crypto/kdf-params.ts';

/**
 * Argon2id version 1.3 (RFC 9106), 32 bytes. Throws `VaultHeaderError` before running when the parameters are outside
 * floor and ceiling. Wipes the passphrase it was given.
 */
export async function deriveKey(passphrase: Uint8Array, salt: Uint8Array, params: KdfParams): Promise<Uint8Array> {
  checkKdfParams(params);
  try {
    return await argon2id({
      password: passphrase,
      salt,
      memorySize: params.memoryKib,
      iterations: params.iterations,
      parallelism: params.parallelism,
      hashLength: 32,
      outputType: 'binary',
    });
  } finally {
    passphrase.fill(0);
  }
}
