import { VaultHeaderError } from '../../domain/errors.ts';

/** How a passphrase becomes a key. Data, kept in the vault's header; checked against floor and ceiling before use. */
export interface KdfParams {
  readonly algorithm: 'argon2id';
  readonly memoryKib: number;
  readonly iterations: number;
  readonly parallelism: number;
}

/** What new vaults use: 64 MiB, 3 passes, one lane (more lanes gain nothing in one WebAssembly thread). */
export const DEFAULT_KDF_PARAMS: KdfParams = {
  algorithm: 'argon2id',
  memoryKib: 64 * 1024,
  iterations: 3,
  parallelism: 1,
};

/** OWASP's minimum for Argon2id (Password Storage Cheat Sheet): less would be a downgrade of the lock. */
export const KDF_FLOOR = { memoryKib: 19 * 1024, iterations: 2 } as const;

/** More would let a forged header stall or crash the device. */
export const KDF_CEILING = { memoryKib: 1024 * 1024, iterations: 20, parallelism: 16 } as const;

/** Throws `VaultHeaderError` for parameters outside floor and ceiling. Called before any derivation runs. */
export function checkKdfParams(params: KdfParams): void {
  const isAccepted =
    params.algorithm === 'argon2id' &&
    isBetween(params.memoryKib, KDF_FLOOR.memoryKib, KDF_CEILING.memoryKib) &&
    isBetween(params.iterations, KDF_FLOOR.iterations, KDF_CEILING.iterations) &&
    isBetween(params.parallelism, 1, KDF_CEILING.parallelism);
  if (isAccepted) return;
  throw new VaultHeaderError(
    'The description of this library’s lock has been changed to values this app never writes. ' +
      'Nothing was unlocked or altered. If you have a backup, restore it.',
  );
}

function isBetween(value: number, lowest: number, highest: number): boolean {
  return Number.isInteger(value) && value >= lowest && value <= highest;
}
