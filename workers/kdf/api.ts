import type { KdfParams } from '../../src/platform/crypto/kdf-params.ts';

/** One derivation, then the caller terminates the worker. */
export interface KdfApi {
  /** 32 bytes, transferred. Refuses parameters outside the floor and ceiling before running. */
  derive(passphrase: Uint8Array, salt: Uint8Array, params: KdfParams): Promise<Uint8Array>;
}
