import { beforeAll, describe, expect, it } from 'vitest';

import type { RecordId } from '../../../../src/domain/ids.ts';
import type { UnlockSecret } from '../../../../src/domain/vault.ts';
import { unlockVault } from '../../../../src/features/vault/vault.ts';
import { MemoryStore } from '../../../../src/platform/storage/memory-store.ts';
import { STORE_NAMES } from '../../../../src/platform/storage/record-store.ts';
import { deriveKey } from '../../../../workers/kdf/derive-key.ts';
import golden from '../../../fixtures/vault-format-1.json' with { type: 'json' };

const text = (value: string): Uint8Array => new TextEncoder().encode(value);

/** A vault written once and kept: if this fails, people's libraries no longer open. Never write the file anew. */
describe('a vault of format 1', () => {
  const store = new MemoryStore();

  beforeAll(async () => {
    await store.commit(
      golden.records.map((record) => ({
        kind: 'put',
        store: STORE_NAMES.find((name) => name === record.store) ?? 'meta',
        id: record.id as RecordId,
        value: Uint8Array.from(Buffer.from(record.value, 'base64')),
      })),
    );
  });

  it.each<UnlockSecret>([
    { kind: 'passphrase', passphrase: text(golden.passphrase) },
    { kind: 'recovery-code', code: golden.recoveryCode },
  ])('opens with its $kind, and so does all that is in it', async (secret) => {
    const unlocked = await unlockVault(store, secret, deriveKey);
    if (unlocked.kind !== 'open') throw new Error('The vault did not open.');
    const { vault } = unlocked;
    expect(vault.vaultId).toBe(golden.vaultId);
    expect(await vault.identityOf('source', text('x'))).toBe(golden.identityOfX);
    expect(await vault.store.list('documents')).toEqual([
      { id: '000000000000000000000000000000a1', value: text(golden.short) },
    ]);
    const [long] = await vault.store.list('texts');
    expect(new TextDecoder().decode(long?.value)).toBe(golden.short.repeat(2000));
    expect(await vault.findApiKey('https://api.example.com')).toBe('sk-not-a-real-key');
  });
});
