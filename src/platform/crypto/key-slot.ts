import { VaultHeaderError } from '../../domain/errors.ts';
import { idToBytes, type VaultId } from '../../domain/ids.ts';
import { lengthPrefixed } from './aad.ts';
import { concatBytes, equalBytes, type Bytes } from './bytes.ts';
import { open, seal, type SealingKey } from './envelope.ts';
import { deriveAesKey, deriveBytes, importKeyMaterial } from './hkdf.ts';
import type { KdfParams } from './kdf-params.ts';
import { vaultLabel } from './vault-keys.ts';

/**
 * A key slot: one secret's way to the vault key. The secret (stretched by Argon2id if it is a passphrase) gives, by
 * HKDF, a wrapping key and a commitment. AES-GCM alone does not commit to its key, so the commitment is compared
 * before anything is unwrapped; it also tells a wrong secret from a damaged slot.
 */
export type KeySlot = PassphraseSlot | RecoverySlot | ForeignSlot;

export interface PassphraseSlot extends WrappedKey {
  readonly kind: 'passphrase';
  readonly kdf: KdfParams;
}

export interface RecoverySlot extends WrappedKey {
  readonly kind: 'recovery';
}

/** A slot of a kind this version does not know. Kept byte for byte, so that rewriting the header loses no way in. */
export interface ForeignSlot {
  readonly kind: 'foreign';
  readonly slotNumber: number;
  readonly body: Uint8Array;
}

interface WrappedKey {
  /** 16 random bytes, new with every wrapping. */
  readonly salt: Uint8Array;
  /** 32 bytes. */
  readonly commitment: Uint8Array;
  /** The vault key in an envelope, 68 bytes; empty only while it is being made. */
  readonly wrappedKey: Uint8Array;
}

export type OwnSlot = PassphraseSlot | RecoverySlot;
/** Everything about a slot that is known before its key is wrapped. */
export type SlotSeed = Pick<PassphraseSlot, 'kind' | 'kdf' | 'salt'> | Pick<RecoverySlot, 'kind' | 'salt'>;

/** Numbers written into headers: never reuse one. 3 is kept for passkeys. */
export const SLOT_NUMBER = { passphrase: 1, recovery: 2 } as const;
const WRAPPING_PURPOSE = { passphrase: 'kek', recovery: 'rec' } as const;
const COMMITMENT_LENGTH = 32;

const encoder = new TextEncoder();
const SLOT_LABEL = encoder.encode('kv/slot/1');
const COMMIT_INFO = encoder.encode(vaultLabel('commit'));

/** Wraps the vault key under `secret`: 32 bytes from Argon2id, or the recovery code's 20. Wipes neither. */
export async function makeSlot(
  seed: SlotSeed,
  secret: Uint8Array,
  vaultKey: Uint8Array,
  vaultId: VaultId,
  epoch: number,
): Promise<OwnSlot> {
  const material = await importKeyMaterial(secret);
  const commitment = await deriveBytes(material, seed.salt, COMMIT_INFO, COMMITMENT_LENGTH);
  const bare: OwnSlot = { ...seed, commitment, wrappedKey: new Uint8Array(0) };
  const wrappedKey = await seal(await wrappingKey(bare, material, epoch), vaultKey, slotAad(bare, vaultId));
  return { ...bare, wrappedKey };
}

/**
 * The vault key's 32 bytes, or `undefined` when the secret is not this slot's. Throws `VaultHeaderError` when it is
 * the right one and the slot does not open all the same: then the slot was changed. The caller wipes the bytes.
 */
export async function openSlot(
  slot: OwnSlot,
  secret: Uint8Array,
  vaultId: VaultId,
  epoch: number,
): Promise<Bytes | undefined> {
  const material = await importKeyMaterial(secret);
  const commitment = await deriveBytes(material, slot.salt, COMMIT_INFO, COMMITMENT_LENGTH);
  if (!equalBytes(commitment, slot.commitment)) return undefined;
  try {
    return await open(await wrappingKey(slot, material, epoch), slot.wrappedKey, slotAad(slot, vaultId));
  } catch (cause) {
    throw headerDamaged(cause);
  }
}

/** A slot's public part: number, derivation parameters, salt, commitment. Authenticated with the wrapped key. */
export function slotHeader(slot: OwnSlot): Bytes {
  const fields = [new Uint8Array([SLOT_NUMBER[slot.kind]])];
  if (slot.kind === 'passphrase') fields.push(kdfBytes(slot.kdf));
  return concatBytes([...fields, slot.salt, slot.commitment]);
}

function kdfBytes(kdf: KdfParams): Bytes {
  const bytes = new Uint8Array(10);
  const view = new DataView(bytes.buffer);
  view.setUint8(0, 1);
  view.setUint32(1, kdf.memoryKib);
  view.setUint32(5, kdf.iterations);
  view.setUint8(9, kdf.parallelism);
  return bytes;
}

function slotAad(slot: OwnSlot, vaultId: VaultId): Bytes {
  return lengthPrefixed([SLOT_LABEL, idToBytes(vaultId), slotHeader(slot)]);
}

async function wrappingKey(slot: OwnSlot, material: CryptoKey, epoch: number): Promise<SealingKey> {
  return { key: await deriveAesKey(material, slot.salt, vaultLabel(WRAPPING_PURPOSE[slot.kind])), epoch };
}

export function headerDamaged(cause?: unknown): VaultHeaderError {
  return new VaultHeaderError(
    'The record that describes this library’s lock is damaged or was changed outside this app. ' +
      'Nothing was unlocked or altered. If you have a backup, restore it.',
    cause === undefined ? undefined : { cause },
  );
}
