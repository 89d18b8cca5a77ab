import { beforeAll, describe, expect, it } from 'vitest';

import type { RecordId, VaultId } from '../../../../src/domain/ids.ts';
import {
  changePassphrase,
  createVault,
  openThrowawayVault,
  readVaultPresence,
  renewRecoveryCode,
  unlockVault,
  type DeriveKey,
  type OpenVault,
} from '../../../../src/features/vault/vault.ts';
import type { KdfParams } from '../../../../src/platform/crypto/kdf-params.ts';
import { decodeHeader, encodeHeader, HEADER_RECORD_ID } from '../../../../src/platform/crypto/vault-header.ts';
import { MemoryStore } from '../../../../src/platform/storage/memory-store.ts';
import { STORE_NAMES } from '../../../../src/platform/storage/record-store.ts';
import { deriveKey } from '../../../../workers/kdf/derive-key.ts';

const text = (value: string): Uint8Array => new TextEncoder().encode(value);
const id = '000000000000000000000000000000a1' as RecordId;
const FLOOR: KdfParams = { algorithm: 'argon2id', memoryKib: 19 * 1024, iterations: 2, parallelism: 1 };
const PASSPHRASE = 'six plain words nobody would guess';
const ORIGIN = 'https://api.example.com';
const headerError = expect.objectContaining({ name: 'VaultHeaderError', code: 'vault/header' });
const neverDerive: DeriveKey = () => Promise.reject(new Error('The derivation ran.'));

async function newVault(): Promise<{ store: MemoryStore; vault: OpenVault; recoveryCode: string }> {
  const store = new MemoryStore();
  return { store, ...(await createVault(store, text(PASSPHRASE), deriveKey, FLOOR)) };
}

/** A disk with the same bytes. */
async function copyOf(store: MemoryStore): Promise<MemoryStore> {
  const copy = new MemoryStore();
  for (const name of STORE_NAMES) {
    const records = await store.list(name);
    await copy.commit(records.map((record) => ({ kind: 'put', store: name, ...record })));
  }
  return copy;
}

async function headerOf(store: MemoryStore): Promise<Uint8Array> {
  return (await store.find('meta', HEADER_RECORD_ID)) ?? new Uint8Array(0);
}

async function withHeader(store: MemoryStore, value: Uint8Array): Promise<MemoryStore> {
  const copy = await copyOf(store);
  await copy.commit([{ kind: 'put', store: 'meta', id: HEADER_RECORD_ID, value }]);
  return copy;
}

function byPassphrase(passphrase: string): { kind: 'passphrase'; passphrase: Uint8Array } {
  return { kind: 'passphrase', passphrase: text(passphrase) };
}

async function opened(store: MemoryStore, passphrase = PASSPHRASE): Promise<OpenVault> {
  const unlocked = await unlockVault(store, byPassphrase(passphrase), deriveKey);
  if (unlocked.kind !== 'open') throw new Error('The passphrase did not open the vault.');
  return unlocked.vault;
}

describe('a vault', () => {
  let store: MemoryStore;
  let vault: OpenVault;
  let recoveryCode: string;

  beforeAll(async () => {
    ({ store, vault, recoveryCode } = await newVault());
    await vault.store.commit([{ kind: 'put', store: 'documents', id, value: text('what was saved') }]);
    await vault.sealApiKey(ORIGIN, 'sk-secret');
  });

  it('is absent, then present with a recovery code', async () => {
    expect(await readVaultPresence(new MemoryStore())).toEqual({ kind: 'none' });
    expect(await readVaultPresence(store)).toEqual({ kind: 'present', hasRecoveryCode: true });
  });

  it('opens with its passphrase, with the same id, records and identities', async () => {
    const again = await opened(store);
    expect(again.vaultId).toBe(vault.vaultId);
    expect(await again.store.find('documents', id)).toEqual(text('what was saved'));
    expect(await again.identityOf('source', text('x'))).toBe(await vault.identityOf('source', text('x')));
  });

  it('takes 64 MiB and three passes unless told otherwise', async () => {
    const asked: KdfParams[] = [];
    await createVault(new MemoryStore(), text(PASSPHRASE), async (_passphrase, _salt, params) => {
      asked.push(params);
      return new Uint8Array(32);
    });
    expect(asked).toEqual([{ algorithm: 'argon2id', memoryKib: 65536, iterations: 3, parallelism: 1 }]);
  });

  it.each(['', 'wrong', `${PASSPHRASE} `, PASSPHRASE.toUpperCase(), PASSPHRASE.slice(1)])(
    'does not open with %j',
    async (wrong) => {
      const unlocking = unlockVault(store, byPassphrase(wrong), deriveKey);
      if (wrong === '') await expect(unlocking).rejects.toMatchObject({ name: 'InvalidInputError' });
      else expect(await unlocking).toEqual({ kind: 'wrong-secret' });
    },
  );

  it('opens with its recovery code however it is typed, without deriving anything', async () => {
    for (const code of [recoveryCode, recoveryCode.toLowerCase().replaceAll('-', ' ')]) {
      const unlocked = await unlockVault(store, { kind: 'recovery-code', code }, neverDerive);
      expect(unlocked.kind).toBe('open');
      if (unlocked.kind === 'open') {
        expect(await unlocked.vault.store.find('documents', id)).toEqual(text('what was saved'));
      }
    }
  });

  it('does not open with a mistyped recovery code, or another vault’s', async () => {
    const other = await newVault();
    const mistyped = (recoveryCode.startsWith('A') ? 'B' : 'A') + recoveryCode.slice(1);
    for (const code of [mistyped, recoveryCode.slice(0, -1), '', other.recoveryCode]) {
      expect(await unlockVault(store, { kind: 'recovery-code', code }, neverDerive)).toEqual({ kind: 'wrong-secret' });
    }
  });

  it('is not made where there is one, or where records lie without their header', async () => {
    await expect(createVault(store, text(PASSPHRASE), neverDerive)).rejects.toEqual(headerError);
    const headless = await copyOf(store);
    await headless.commit([{ kind: 'delete', store: 'meta', id: HEADER_RECORD_ID }]);
    expect(await readVaultPresence(headless)).toMatchObject({ kind: 'unreadable' });
    await expect(createVault(headless, text(PASSPHRASE), neverDerive)).rejects.toEqual(headerError);
    await expect(opened(headless)).rejects.toEqual(headerError);
  });

  it('says that there is none when asked to open nothing', async () => {
    await expect(opened(new MemoryStore())).rejects.toMatchObject({ name: 'InvalidInputError' });
  });

  it('opens however the keyboard composed the passphrase', async () => {
    const disk = new MemoryStore();
    await createVault(disk, text('Übergrößenträger café'), deriveKey, FLOOR);
    await expect(opened(disk, 'Übergrößenträger café'.normalize('NFD'))).resolves.toBeDefined();
  });

  it('refuses a passphrase that is empty, over 1,024 bytes, or no text, and makes nothing', async () => {
    const disk = new MemoryStore();
    for (const wrong of [new Uint8Array(0), new Uint8Array(1025).fill(97), new Uint8Array([0xc3, 0x28])]) {
      await expect(createVault(disk, wrong, neverDerive)).rejects.toMatchObject({ name: 'InvalidInputError' });
    }
    expect(await readVaultPresence(disk)).toEqual({ kind: 'none' });
    await createVault(disk, new Uint8Array(1024).fill(97), deriveKey, FLOOR);
  });

  it('leaves the caller’s passphrase alone and wipes its own copies', async () => {
    const passphrase = text(PASSPHRASE);
    const copies: Uint8Array[] = [];
    await createVault(
      new MemoryStore(),
      passphrase,
      async (copy) => {
        copies.push(copy);
        const key = new Uint8Array(32).fill(3);
        copies.push(key);
        return key;
      },
      FLOOR,
    );
    expect(passphrase).toEqual(text(PASSPHRASE));
    expect(copies.length).toBe(2);
    for (const copy of copies) expect(copy.every((byte) => byte === 0)).toBe(true);
  });

  it('finds every flipped bit and every cut of its header before deriving anything', async () => {
    const header = await headerOf(store);
    const wrong: string[] = [];
    for (let bit = 0; bit < header.length * 8; bit++) {
      const changed = header.slice();
      changed[bit >> 3]! ^= 1 << (bit & 7);
      const presence = await readVaultPresence(await withHeaderOnly(changed));
      if (presence.kind !== 'unreadable') wrong.push(`bit ${bit}`);
    }
    for (let length = 0; length < header.length; length++) {
      const presence = await readVaultPresence(await withHeaderOnly(header.slice(0, length)));
      if (presence.kind !== 'unreadable') wrong.push(`cut at ${length}`);
    }
    expect(wrong).toEqual([]);
    const decayed = header.slice();
    decayed[40]! ^= 1;
    await expect(unlockVault(await withHeader(store, decayed), byPassphrase(PASSPHRASE), neverDerive)).rejects.toEqual(
      headerError,
    );
  });

  describe('whose header was forged with a fitting checksum', () => {
    it('refuses key derivation below the floor or above the ceiling before it runs', async () => {
      const { header, mac } = await decodeHeader(await headerOf(store));
      for (const change of [{ memoryKib: 1024 }, { iterations: 1 }, { memoryKib: 2 ** 31 }, { iterations: 2 ** 31 }]) {
        const slots = header.slots.map((slot) =>
          slot.kind === 'passphrase' ? { ...slot, kdf: { ...slot.kdf, ...change } } : slot,
        );
        const forged = await withHeader(store, await encodeHeader({ ...header, slots }, async () => mac));
        expect(await readVaultPresence(forged)).toMatchObject({ kind: 'unreadable' });
        await expect(unlockVault(forged, byPassphrase(PASSPHRASE), neverDerive)).rejects.toEqual(headerError);
      }
    });

    it('notices a removed slot, a changed generation and a foreign slot once it is unlocked', async () => {
      const { header, mac } = await decodeHeader(await headerOf(store));
      const forgeries = [
        { ...header, slots: header.slots.filter((slot) => slot.kind === 'passphrase') },
        { ...header, generation: header.generation + 1 },
        { ...header, slots: [...header.slots, { kind: 'foreign', slotNumber: 3, body: new Uint8Array(9) } as const] },
        { ...header, slots: header.slots.toReversed() },
      ];
      for (const forgery of forgeries) {
        const forged = await withHeader(store, await encodeHeader(forgery, async () => mac));
        await expect(unlockVault(forged, byPassphrase(PASSPHRASE), deriveKey)).rejects.toEqual(headerError);
      }
    });

    it('does not open when vault id, epoch or a wrapped key is another’s', async () => {
      const { header, mac } = await decodeHeader(await headerOf(store));
      const other = (await decodeHeader(await headerOf((await newVault()).store))).header;
      const otherWrapped = other.slots.find((slot) => slot.kind === 'passphrase');
      if (otherWrapped === undefined) throw new Error('There is no such slot.');
      const forgeries = [
        { ...header, vaultId: '000000000000000000000000000000ff' as VaultId },
        { ...header, epoch: 2 },
        {
          ...header,
          slots: header.slots.map((slot) =>
            slot.kind === 'passphrase' ? { ...slot, wrappedKey: otherWrapped.wrappedKey } : slot,
          ),
        },
      ];
      for (const forgery of forgeries) {
        const forged = await withHeader(store, await encodeHeader(forgery, async () => mac));
        await expect(unlockVault(forged, byPassphrase(PASSPHRASE), deriveKey)).rejects.toEqual(headerError);
      }
    });

    it('opens only that vault’s records when a whole slot comes from another vault with the same passphrase', async () => {
      const { header, mac } = await decodeHeader(await headerOf(store));
      const other = (await decodeHeader(await headerOf((await newVault()).store))).header;
      const forged = await withHeader(store, await encodeHeader({ ...header, slots: other.slots }, async () => mac));
      await expect(unlockVault(forged, byPassphrase(PASSPHRASE), deriveKey)).rejects.toEqual(headerError);
    });
  });

  it('changes its passphrase without touching a record, and keeps the recovery code', async () => {
    const disk = await copyOf(store);
    const before = await disk.list('documents');
    const change = (current: string): ReturnType<typeof changePassphrase> =>
      changePassphrase(disk, byPassphrase(current), text('a new one altogether'), deriveKey, FLOOR);
    expect(await change('wrong')).toEqual({ kind: 'wrong-secret' });
    expect(await change(PASSPHRASE)).toEqual({ kind: 'changed' });
    expect(await disk.list('documents')).toEqual(before);
    expect(await unlockVault(disk, byPassphrase(PASSPHRASE), deriveKey)).toEqual({ kind: 'wrong-secret' });
    const again = await opened(disk, 'a new one altogether');
    expect(await again.store.find('documents', id)).toEqual(text('what was saved'));
    const recovered = await unlockVault(disk, { kind: 'recovery-code', code: recoveryCode }, neverDerive);
    expect(recovered.kind).toBe('open');
    expect((await decodeHeader(await headerOf(disk))).header.generation).toBe(2);
  });

  it('makes a new recovery code without touching a record, after which the old one opens nothing', async () => {
    const disk = await copyOf(store);
    const before = await disk.list('documents');
    expect(await renewRecoveryCode(disk, byPassphrase('wrong'), deriveKey)).toEqual({ kind: 'wrong-secret' });
    const renewed = await renewRecoveryCode(disk, byPassphrase(PASSPHRASE), deriveKey);
    if (renewed.kind !== 'renewed') throw new Error('The passphrase was refused.');
    expect(await disk.list('documents')).toEqual(before);
    const byCode = (code: string) => unlockVault(disk, { kind: 'recovery-code', code }, neverDerive);
    expect(await byCode(recoveryCode)).toEqual({ kind: 'wrong-secret' });
    expect((await byCode(renewed.recoveryCode)).kind).toBe('open');
    await opened(disk);
    expect((await decodeHeader(await headerOf(disk))).header).toMatchObject({ generation: 2, slots: { length: 2 } });
  });

  it('finds an API key for the origin it was sealed for, and for no other', async () => {
    const again = await opened(store);
    expect(await again.findApiKey(ORIGIN)).toBe('sk-secret');
    for (const origin of ['https://api.example.org', 'http://api.example.com', `${ORIGIN}:8443`, '']) {
      expect(await again.findApiKey(origin)).toBeUndefined();
    }
  });

  it('does not open an API key that was moved to another origin’s place, even by someone with the record key', async () => {
    const disk = await copyOf(store);
    const again = await opened(disk);
    await again.sealApiKey('https://elsewhere.example', 'sk-other');
    const [own, other] = await again.store.list('secrets');
    if (own === undefined || other === undefined) throw new Error('Two keys were sealed.');
    await again.store.commit([
      { kind: 'put', store: 'secrets', id: own.id, value: other.value },
      { kind: 'put', store: 'secrets', id: other.id, value: own.value },
    ]);
    for (const origin of [ORIGIN, 'https://elsewhere.example']) {
      await expect(again.findApiKey(origin)).rejects.toMatchObject({ name: 'EnvelopeRejectedError' });
    }
  });

  it('replaces and deletes API keys', async () => {
    const again = await opened(await copyOf(store));
    await again.sealApiKey(ORIGIN, 'sk-newer');
    expect(await again.findApiKey(ORIGIN)).toBe('sk-newer');
    await again.deleteApiKeys();
    expect(await again.findApiKey(ORIGIN)).toBeUndefined();
    await again.deleteApiKeys();
  });

  it('leaves neither passphrase, recovery code, API key nor its origin in the raw store', async () => {
    const parts: Uint8Array[] = [];
    for (const name of STORE_NAMES) {
      for (const record of await store.list(name)) parts.push(Buffer.from(record.id), record.value);
    }
    const everything = Buffer.concat(parts);
    for (const marker of [
      PASSPHRASE,
      recoveryCode,
      recoveryCode.replaceAll('-', ''),
      'sk-secret',
      'example.com',
      'what was',
    ]) {
      expect(everything.includes(marker)).toBe(false);
    }
  });
});

describe('a throwaway vault', () => {
  it('works, writes no header, and cannot be opened by another of its kind', async () => {
    const store = new MemoryStore();
    const vault = await openThrowawayVault(store);
    await vault.store.commit([{ kind: 'put', store: 'texts', id, value: text('sample') }]);
    expect(await vault.store.find('texts', id)).toEqual(text('sample'));
    expect(await store.find('meta', HEADER_RECORD_ID)).toBeUndefined();
    const other = await openThrowawayVault(store);
    expect(other.vaultId).not.toBe(vault.vaultId);
    await expect(other.store.find('texts', id)).rejects.toMatchObject({ name: 'EnvelopeRejectedError' });
  });
});

async function withHeaderOnly(value: Uint8Array): Promise<MemoryStore> {
  return withHeader(new MemoryStore(), value);
}
