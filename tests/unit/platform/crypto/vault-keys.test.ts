import { describe, expect, it } from 'vitest';

import type { VaultId } from '../../../../src/domain/ids.ts';
import { open, seal } from '../../../../src/platform/crypto/envelope.ts';
import { VaultKeys } from '../../../../src/platform/crypto/vault-keys.ts';

const vaultId = '00112233445566778899aabbccddeeff' as VaultId;
const otherVaultId = '10112233445566778899aabbccddeeff' as VaultId;
const text = (value: string): Uint8Array => new TextEncoder().encode(value);
const keysOf = (fill: number, id = vaultId, epoch = 1): Promise<VaultKeys> =>
  VaultKeys.of(new Uint8Array(32).fill(fill), id, epoch);

describe('the keys of a vault', () => {
  it('give equal content one identity, and change with content, label, vault and key', async () => {
    const keys = await keysOf(1);
    const identity = await keys.identityOf('source', text('content'));
    expect(identity).toMatch(/^[0-9a-f]{32}$/);
    expect(await (await keysOf(1)).identityOf('source', text('content'))).toBe(identity);
    const others = [
      await keys.identityOf('source', text('content.')),
      await keys.identityOf('chunk', text('content')),
      await keys.identityOf('sourc', text('econtent')),
      await (await keysOf(2)).identityOf('source', text('content')),
      await (await keysOf(1, otherVaultId)).identityOf('source', text('content')),
    ];
    expect(new Set([identity, ...others]).size).toBe(6);
  });

  it('seal each store, purpose and epoch under a key of its own', async () => {
    const keys = await keysOf(1);
    const sealing = [
      await keys.recordKey('documents'),
      await keys.recordKey('texts'),
      await keys.secretsKey(),
      await (await keysOf(1, otherVaultId)).recordKey('documents'),
      { ...(await (await keysOf(1, vaultId, 2)).recordKey('documents')), epoch: 1 },
    ];
    const aad = new Uint8Array(0);
    for (const [i, left] of sealing.entries()) {
      const envelope = await seal(left, text('x'), aad);
      for (const [j, right] of sealing.entries()) {
        if (i === j) expect(await open(right, envelope, aad)).toEqual(text('x'));
        else await expect(open(right, envelope, aad)).rejects.toMatchObject({ name: 'EnvelopeRejectedError' });
      }
    }
  });

  it('recognise the header they signed, and no other', async () => {
    const keys = await keysOf(1);
    const mac = await keys.macOfHeader(text('header'));
    expect(mac.length).toBe(32);
    expect(await keys.isHeaderMac(text('header'), mac)).toBe(true);
    expect(await keys.isHeaderMac(text('header!'), mac)).toBe(false);
    expect(await keys.isHeaderMac(text('header'), mac.slice(1))).toBe(false);
    expect(await (await keysOf(2)).isHeaderMac(text('header'), mac)).toBe(false);
  });

  it('are made of 32 bytes and nothing else', async () => {
    await expect(VaultKeys.of(new Uint8Array(31), vaultId, 1)).rejects.toThrow(RangeError);
  });
});
