import { transfer } from 'comlink';
import type { KdfApi } from '../../../workers/kdf/api.ts';
import type { KdfParams } from '../crypto/kdf-params.ts';
import { spawnKdf } from './spawn.ts';
import { WorkerHandle } from './worker-handle.ts';

/** Derives 32 bytes from a passphrase in a worker that ends with the derivation. */
export async function deriveKey(passphrase: Uint8Array, salt: Uint8Array, params: KdfParams): Promise<Uint8Array> {
  const worker = new WorkerHandle<KdfApi>(spawnKdf);
  const bytes = passphrase.slice();
  try {
    return await worker.call((api) => api.derive(transfer(bytes, [bytes.buffer]), salt, params));
  } finally {
    worker.dispose();
  }
}
