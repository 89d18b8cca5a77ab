import { InvalidInputError, VaultHeaderError } from '../../domain/errors.ts';
import { randomId, type VaultId } from '../../domain/ids.ts';
import type { UnlockSecret } from '../../domain/vault.ts';
import { randomBytes, type Bytes } from '../../platform/crypto/bytes.ts';
import { checkKdfParams, DEFAULT_KDF_PARAMS, type KdfParams } from '../../platform/crypto/kdf-params.ts';
import { headerDamaged, makeSlot, openSlot, type KeySlot, type OwnSlot } from '../../platform/crypto/key-slot.ts';
import { formatRecoveryCode, newRecoverySecret, readRecoveryCode } from '../../platform/crypto/recovery-code.ts';
import {
  decodeHeader,
  encodeHeader,
  HEADER_RECORD_ID,
  type ReadHeader,
  type VaultHeader,
} from '../../platform/crypto/vault-header.ts';
import { VaultKeys } from '../../platform/crypto/vault-keys.ts';
import type { RecordStore } from '../../platform/storage/record-store.ts';
import { vaultOf, type OpenVault } from './open-vault.ts';
import { normalisedPassphrase } from './passphrase.ts';

export type { OpenVault };

/**
 * Argon2id (RFC 9106), 32 bytes out, in a worker of its own. It is given copies: it may wipe them or transfer them
 * away. Refuses parameters outside floor and ceiling.
 */
export type DeriveKey = (passphrase: Uint8Array, salt: Uint8Array, params: KdfParams) => Promise<Uint8Array>;

export type VaultPresence =
  | { readonly kind: 'none' }
  | { readonly kind: 'present'; readonly hasRecoveryCode: boolean }
  /** There is a library, but not one that can be unlocked. `message` says what to do. */
  | { readonly kind: 'unreadable'; readonly message: string };

export type UnlockedVault = { readonly kind: 'open'; readonly vault: OpenVault } | { readonly kind: 'wrong-secret' };

const FIRST_EPOCH = 1;
const SALT_LENGTH = 16;
const VAULT_KEY_LENGTH = 32;

/** Whether the raw store holds a vault. Records without a header are a damaged library, never an empty one. */
export async function readVaultPresence(store: RecordStore): Promise<VaultPresence> {
  try {
    const read = await readHeader(store);
    if (read === undefined) return { kind: 'none' };
    return { kind: 'present', hasRecoveryCode: read.header.slots.some((slot) => slot.kind === 'recovery') };
  } catch (error) {
    if (error instanceof VaultHeaderError) return { kind: 'unreadable', message: error.message };
    throw error;
  }
}

/**
 * Makes a vault in the raw store and opens it. Takes the passphrase in UTF-8 and leaves it to the caller to wipe.
 * The recovery code is stored nowhere. Throws `VaultHeaderError` if the store holds a vault already,
 * `InvalidInputError` for a passphrase that is empty or over 1,024 bytes.
 */
export async function createVault(
  store: RecordStore,
  passphrase: Uint8Array,
  derive: DeriveKey,
  kdf: KdfParams = DEFAULT_KDF_PARAMS,
): Promise<{ readonly vault: OpenVault; readonly recoveryCode: string }> {
  if ((await readHeader(store)) !== undefined) {
    throw new VaultHeaderError(
      'There is a library on this device already. It was not touched. Unlock it, or delete it before making a new one.',
    );
  }
  const vaultId = randomId<VaultId>();
  const vaultKey = randomBytes(VAULT_KEY_LENGTH);
  const recoverySecret = newRecoverySecret();
  try {
    const slots = [
      await passphraseSlot(passphrase, kdf, vaultKey, vaultId, FIRST_EPOCH, derive),
      await makeSlot(
        { kind: 'recovery', salt: randomBytes(SALT_LENGTH) },
        recoverySecret,
        vaultKey,
        vaultId,
        FIRST_EPOCH,
      ),
    ];
    const keys = await VaultKeys.of(vaultKey, vaultId, FIRST_EPOCH);
    await writeHeader(store, { vaultId, epoch: FIRST_EPOCH, generation: 1, slots }, keys);
    return { vault: vaultOf(store, keys), recoveryCode: await formatRecoveryCode(recoverySecret) };
  } finally {
    vaultKey.fill(0);
    recoverySecret.fill(0);
  }
}

/**
 * Opens the vault in the raw store. A mistyped recovery code is a wrong secret. Throws `VaultHeaderError` when the
 * header is missing, damaged or altered, before any derivation where that can be told.
 */
export async function unlockVault(store: RecordStore, secret: UnlockSecret, derive: DeriveKey): Promise<UnlockedVault> {
  const keys = await keysBehind(await existingHeader(store), secret, derive);
  return keys === undefined ? { kind: 'wrong-secret' } : { kind: 'open', vault: vaultOf(store, keys) };
}

/**
 * The keys of the vault that has this header, or `undefined` where `secret` opens none of its slots. Throws
 * `VaultHeaderError` when the header was altered.
 */
export async function keysBehind(
  read: ReadHeader,
  secret: UnlockSecret,
  derive: DeriveKey,
): Promise<VaultKeys | undefined> {
  const vaultKey = await vaultKeyBy(secret, read.header, derive);
  if (vaultKey === undefined) return undefined;
  try {
    return await checkedKeys(vaultKey, read);
  } finally {
    vaultKey.fill(0);
  }
}

/** A vault under a random key that is written nowhere: once this object is gone, nothing in the store opens again. */
export async function openThrowawayVault(store: RecordStore): Promise<OpenVault> {
  const vaultKey = randomBytes(VAULT_KEY_LENGTH);
  try {
    return vaultOf(store, await VaultKeys.of(vaultKey, randomId<VaultId>(), FIRST_EPOCH));
  } finally {
    vaultKey.fill(0);
  }
}

/**
 * Sets a new passphrase: the vault key is wrapped anew and the header rewritten in one commit; no record changes.
 * Older copies and backups still open with the old passphrase. `secret` is the current passphrase or recovery code.
 */
export async function changePassphrase(
  store: RecordStore,
  secret: UnlockSecret,
  newPassphrase: Uint8Array,
  derive: DeriveKey,
  kdf: KdfParams = DEFAULT_KDF_PARAMS,
): Promise<{ readonly kind: 'changed' } | { readonly kind: 'wrong-secret' }> {
  const read = await existingHeader(store);
  const { header } = read;
  const vaultKey = await vaultKeyBy(secret, header, derive);
  if (vaultKey === undefined) return { kind: 'wrong-secret' };
  try {
    const keys = await checkedKeys(vaultKey, read);
    const slot = await passphraseSlot(newPassphrase, kdf, vaultKey, header.vaultId, header.epoch, derive);
    const slots: KeySlot[] = [slot, ...header.slots.filter((other) => other.kind !== 'passphrase')];
    await writeHeader(store, { ...header, generation: header.generation + 1, slots }, keys);
    return { kind: 'changed' };
  } finally {
    vaultKey.fill(0);
  }
}

/**
 * Makes a new recovery code; the former one opens nothing any more but older copies and backups. `secret` is the passphrase
 * or the former code. The new one is stored nowhere.
 */
export async function renewRecoveryCode(
  store: RecordStore,
  secret: UnlockSecret,
  derive: DeriveKey,
): Promise<{ readonly kind: 'renewed'; readonly recoveryCode: string } | { readonly kind: 'wrong-secret' }> {
  const read = await existingHeader(store);
  const { header } = read;
  const vaultKey = await vaultKeyBy(secret, header, derive);
  if (vaultKey === undefined) return { kind: 'wrong-secret' };
  const recoverySecret = newRecoverySecret();
  try {
    const keys = await checkedKeys(vaultKey, read);
    const seed = { kind: 'recovery', salt: randomBytes(SALT_LENGTH) } as const;
    const slot = await makeSlot(seed, recoverySecret, vaultKey, header.vaultId, header.epoch);
    const slots: KeySlot[] = [...header.slots.filter((other) => other.kind !== 'recovery'), slot];
    await writeHeader(store, { ...header, generation: header.generation + 1, slots }, keys);
    return { kind: 'renewed', recoveryCode: await formatRecoveryCode(recoverySecret) };
  } finally {
    vaultKey.fill(0);
    recoverySecret.fill(0);
  }
}

async function passphraseSlot(
  passphrase: Uint8Array,
  kdf: KdfParams,
  vaultKey: Uint8Array,
  vaultId: VaultId,
  epoch: number,
  derive: DeriveKey,
): Promise<OwnSlot> {
  const salt = randomBytes(SALT_LENGTH);
  const stretched = await stretch(passphrase, salt, kdf, derive);
  try {
    return await makeSlot({ kind: 'passphrase', kdf, salt }, stretched, vaultKey, vaultId, epoch);
  } finally {
    stretched.fill(0);
  }
}

/** The vault key, if `secret` opens one of the header's slots; the caller wipes it. */
async function vaultKeyBy(secret: UnlockSecret, header: VaultHeader, derive: DeriveKey): Promise<Bytes | undefined> {
  for (const slot of header.slots) {
    if (slot.kind === 'foreign') continue;
    const slotSecret = await secretFor(slot, secret, derive);
    if (slotSecret === undefined) continue;
    try {
      const vaultKey = await openSlot(slot, slotSecret, header.vaultId, header.epoch);
      if (vaultKey !== undefined) return vaultKey;
    } finally {
      slotSecret.fill(0);
    }
  }
  return undefined;
}

/** What `secret` gives for this slot; `undefined` if it is of another kind or no code at all. */
async function secretFor(slot: OwnSlot, secret: UnlockSecret, derive: DeriveKey): Promise<Uint8Array | undefined> {
  if (slot.kind === 'passphrase' && secret.kind === 'passphrase') {
    return stretch(secret.passphrase, slot.salt, slot.kdf, derive);
  }
  if (slot.kind === 'recovery' && secret.kind === 'recovery-code') {
    const reading = await readRecoveryCode(secret.code);
    return reading.kind === 'read' ? reading.secret : undefined;
  }
  return undefined;
}

async function stretch(
  passphrase: Uint8Array,
  salt: Uint8Array,
  kdf: KdfParams,
  derive: DeriveKey,
): Promise<Uint8Array> {
  checkKdfParams(kdf);
  const copy = normalisedPassphrase(passphrase);
  try {
    return await derive(copy, salt.slice(), kdf);
  } finally {
    copy.fill(0);
  }
}

async function checkedKeys(vaultKey: Uint8Array, read: ReadHeader): Promise<VaultKeys> {
  const keys = await VaultKeys.of(vaultKey, read.header.vaultId, read.header.epoch);
  if (!(await keys.isHeaderMac(read.covered, read.mac))) throw headerDamaged();
  return keys;
}

async function writeHeader(store: RecordStore, header: VaultHeader, keys: VaultKeys): Promise<void> {
  const value = await encodeHeader(header, (covered) => keys.macOfHeader(covered));
  await store.commit([{ kind: 'put', store: 'meta', id: HEADER_RECORD_ID, value }]);
}

async function existingHeader(store: RecordStore): Promise<ReadHeader> {
  const read = await readHeader(store);
  if (read !== undefined) return read;
  throw new InvalidInputError('There is no library on this device yet. Create one, or restore a backup.');
}

async function readHeader(store: RecordStore): Promise<ReadHeader | undefined> {
  const bytes = await store.find('meta', HEADER_RECORD_ID);
  if (bytes !== undefined) return decodeHeader(bytes);
  for (const name of ['documents', 'settings', 'conversations'] as const) {
    if ((await store.listIds(name)).length > 0) throw headerMissing();
  }
  return undefined;
}

function headerMissing(): VaultHeaderError {
  return new VaultHeaderError(
    'The record that describes this library’s lock is missing, so what is stored here cannot be opened. Nothing was ' +
      'changed. If you have a backup, delete this library and restore it.',
  );
}
