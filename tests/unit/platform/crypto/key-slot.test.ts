import { beforeAll, describe, expect, it } from 'vitest';

import type { VaultId } from '../../../../src/domain/ids.ts';
import { DEFAULT_KDF_PARAMS } from '../../../../src/platform/crypto/kdf-params.ts';
import { makeSlot, openSlot, type OwnSlot } from '../../../../src/platform/crypto/key-slot.ts';

const vaultId = '00112233445566778899aabbccddeeff' as VaultId;
const secret = new Uint8Array(32).fill(5);
const vaultKey = Uint8Array.from({ length: 32 }, (_, i) => i);
const salt = new Uint8Array(16).fill(6);
const headerError = expect.objectContaining({ name: 'VaultHeaderError' });

describe.each([{ kind: 'passphrase', kdf: DEFAULT_KDF_PARAMS, salt } as const, { kind: 'recovery', salt } as const])(
  'a $kind slot',
  (seed) => {
    let slot: OwnSlot;
    beforeAll(async () => {
      slot = await makeSlot(seed, secret, vaultKey, vaultId, 1);
    });

    it('gives the vault key back for its secret only', async () => {
      expect(await openSlot(slot, secret, vaultId, 1)).toEqual(vaultKey);
      expect(await openSlot(slot, new Uint8Array(32).fill(4), vaultId, 1)).toBeUndefined();
      expect(await openSlot({ ...slot, salt: new Uint8Array(16) }, secret, vaultId, 1)).toBeUndefined();
    });

    it('wraps differently every time', async () => {
      const again = await makeSlot(seed, secret, vaultKey, vaultId, 1);
      expect(again.wrappedKey).not.toEqual(slot.wrappedKey);
      expect(again.commitment).toEqual(slot.commitment);
    });

    it('is found altered when the secret fits and the slot does not', async () => {
      const wrappedKey = slot.wrappedKey.slice();
      wrappedKey[30]! ^= 1;
      await expect(openSlot({ ...slot, wrappedKey }, secret, vaultId, 1)).rejects.toEqual(headerError);
      await expect(openSlot(slot, secret, '10112233445566778899aabbccddeeff' as VaultId, 1)).rejects.toEqual(
        headerError,
      );
      await expect(openSlot(slot, secret, vaultId, 2)).rejects.toEqual(headerError);
      if (slot.kind === 'passphrase') {
        const kdf = { ...slot.kdf, iterations: slot.kdf.iterations - 1 };
        await expect(openSlot({ ...slot, kdf }, secret, vaultId, 1)).rejects.toEqual(headerError);
      }
    });
  },
);

describe('slots of different kinds', () => {
  it('derive different wrapping keys from one secret', async () => {
    const passphraseSlot = await makeSlot(
      { kind: 'passphrase', kdf: DEFAULT_KDF_PARAMS, salt },
      secret,
      vaultKey,
      vaultId,
      1,
    );
    const disguised: OwnSlot = {
      kind: 'recovery',
      salt,
      commitment: passphraseSlot.commitment,
      wrappedKey: passphraseSlot.wrappedKey,
    };
    await expect(openSlot(disguised, secret, vaultId, 1)).rejects.toEqual(headerError);
  });
});
