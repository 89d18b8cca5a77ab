import { expect, it } from 'vitest';

import { randomId, type VaultId } from '../../../../src/domain/ids.ts';
import { vaultOf } from '../../../../src/features/vault/open-vault.ts';
import { ENVELOPE_KIND, recordAad } from '../../../../src/platform/crypto/aad.ts';
import { randomBytes } from '../../../../src/platform/crypto/bytes.ts';
import { open } from '../../../../src/platform/crypto/envelope.ts';
import { VaultKeys } from '../../../../src/platform/crypto/vault-keys.ts';
import { MemoryStore } from '../../../../src/platform/storage/memory-store.ts';
import { STORE_NAMES } from '../../../../src/platform/storage/record-store.ts';

it('an API key’s envelope opens only with its own origin’s hash in the authenticated data', async () => {
  const keys = await VaultKeys.of(randomBytes(32), randomId<VaultId>(), 1);
  const vault = vaultOf(new MemoryStore(), keys);
  await vault.sealApiKey('https://api.example.com', 'sk-secret');
  const [record] = await vault.store.list('secrets');
  if (record === undefined) throw new Error('Nothing was sealed.');
  const place = {
    vaultId: keys.vaultId,
    storeNumber: STORE_NAMES.indexOf('secrets'),
    recordId: record.id,
    recordVersion: 0n,
    schemaVersion: 1,
    epoch: 1,
    kind: ENVELOPE_KIND.apiKey,
    blockIndex: 0,
    blockCount: 1,
  };
  const openFor = async (origin: string): Promise<string> => {
    const originHash = new Uint8Array(await crypto.subtle.digest('SHA-256', new TextEncoder().encode(origin)));
    const plaintext = await open(await keys.secretsKey(), record.value, recordAad({ ...place, originHash }));
    return new TextDecoder().decode(plaintext);
  };
  expect(await openFor('https://api.example.com')).toBe('sk-secret');
  await expect(openFor('https://api.example.org')).rejects.toMatchObject({ name: 'EnvelopeRejectedError' });
  await expect(open(await keys.secretsKey(), record.value, recordAad(place))).rejects.toMatchObject({
    name: 'EnvelopeRejectedError',
  });
});
