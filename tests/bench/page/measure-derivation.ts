import { deriveKey } from '../../../src/platform/compute/compute-kdf.ts';
import { randomBytes } from '../../../src/platform/crypto/bytes.ts';
import { DEFAULT_KDF_PARAMS } from '../../../src/platform/crypto/kdf-params.ts';
import { spread, timed, type Figure } from '../figure.ts';

/** A passphrase to its key, in a worker of its own as at every unlocking, the worker's start included. */
export async function measureDerivation({ runs }: { readonly runs: number }): Promise<Figure[]> {
  const samples: number[] = [];
  for (let run = 0; run < runs; run++) {
    samples.push(await timed(() => deriveKey(randomBytes(24), randomBytes(16), DEFAULT_KDF_PARAMS)));
  }
  const { memoryKib, iterations } = DEFAULT_KDF_PARAMS;
  const note = `Argon2id, ${memoryKib / 1024} MiB, ${iterations} passes; alone, by itself`;
  return [{ bench: 'unlock', name: 'key derivation', n: runs, ...spread(samples), note }];
}
