import { VaultHeaderError } from '../../domain/errors.ts';
import { idFromBytes, idToBytes, parseId, type RecordId, type VaultId } from '../../domain/ids.ts';
import { concatBytes, equalBytes, ownBytes, type Bytes } from './bytes.ts';
import { ENVELOPE_OVERHEAD } from './envelope.ts';
import { checkKdfParams, type KdfParams } from './kdf-params.ts';
import { headerDamaged, SLOT_NUMBER, slotHeader, type KeySlot } from './key-slot.ts';

/**
 * The vault's header: the one record kept in plain text, since it says how the rest is opened.
 *
 *     0   'K' 'V' 'H' 1        magic, format version
 *     4   vault id             16
 *     20  key epoch            u32, big-endian
 *     24  generation           u32: grows with every rewrite
 *     28  slot count           u8
 *     29  per slot             u16 length ‖ slot
 *     …   MAC                  32: HMAC-SHA-256 of all before, under the vault's key
 *     …   checksum             8: of SHA-256 of all before
 *
 * A slot is number (u8) ‖ [Argon2id: u8 1 ‖ KiB u32 ‖ passes u32 ‖ lanes u8] ‖ salt 16 ‖ commitment 32 ‖ envelope 68.
 * The checksum finds decay before anyone is asked for a secret; the MAC finds intent once the vault is open.
 */
export interface VaultHeader {
  readonly vaultId: VaultId;
  readonly epoch: number;
  readonly generation: number;
  readonly slots: readonly KeySlot[];
}

/** A header as it was read. `covered` are the bytes that `mac` is over. */
export interface ReadHeader {
  readonly header: VaultHeader;
  readonly covered: Uint8Array;
  readonly mac: Uint8Array;
}

/** Where the header is kept: store `meta`. The encrypting store neither shows nor touches it. */
export const HEADER_RECORD_ID = parseId<RecordId>('00000000000000000000000000000000');

const MAGIC = [0x4b, 0x56, 0x48] as const;
const FORMAT_VERSION = 1;
const FIXED_LENGTH = 29;
const MAC_LENGTH = 32;
const CHECKSUM_LENGTH = 8;
const SALT_LENGTH = 16;
const COMMITMENT_LENGTH = 32;
const WRAPPED_LENGTH = 32 + ENVELOPE_OVERHEAD;
const KDF_LENGTH = 10;
/** Each passphrase slot costs a derivation: a forged header must not ask for hundreds. */
const MAX_SLOTS = 16;

/** The header's bytes. `macOf` computes the MAC over the covered part. */
export async function encodeHeader(
  header: VaultHeader,
  macOf: (covered: Uint8Array) => Promise<Uint8Array>,
): Promise<Bytes> {
  const fixed = new Uint8Array(FIXED_LENGTH);
  const view = new DataView(fixed.buffer);
  fixed.set([...MAGIC, FORMAT_VERSION], 0);
  fixed.set(idToBytes(header.vaultId), 4);
  view.setUint32(20, header.epoch);
  view.setUint32(24, header.generation);
  view.setUint8(28, header.slots.length);
  const covered = concatBytes([fixed, ...header.slots.flatMap(encodeSlot)]);
  const bytes = concatBytes([covered, await macOf(covered)]);
  return concatBytes([bytes, await checksumOf(bytes)]);
}

/**
 * Reads a header. Throws `VaultHeaderError` when it is damaged, of a version this app does not know, or asks for a
 * key derivation outside floor and ceiling. The MAC is still to be checked, once there is a key.
 */
export async function decodeHeader(bytes: Uint8Array): Promise<ReadHeader> {
  if (bytes.length < FIXED_LENGTH + MAC_LENGTH + CHECKSUM_LENGTH) throw headerDamaged();
  const checked = bytes.subarray(0, bytes.length - CHECKSUM_LENGTH);
  if (!equalBytes(await checksumOf(checked), bytes.subarray(checked.length))) throw headerDamaged();
  if (MAGIC.some((byte, i) => bytes[i] !== byte)) throw headerDamaged();
  if (bytes[3] !== FORMAT_VERSION) {
    throw new VaultHeaderError(
      'This library was locked by a newer version of this app. Nothing was altered. Reload to get the newer version.',
    );
  }
  const covered = checked.slice(0, checked.length - MAC_LENGTH);
  const view = new DataView(covered.buffer);
  const header: VaultHeader = {
    vaultId: idFromBytes<VaultId>(covered.subarray(4, 20)),
    epoch: view.getUint32(20),
    generation: view.getUint32(24),
    slots: decodeSlots(covered, view.getUint8(28)),
  };
  return { header, covered, mac: checked.slice(covered.length) };
}

function encodeSlot(slot: KeySlot): Bytes[] {
  const bytes =
    slot.kind === 'foreign'
      ? concatBytes([new Uint8Array([slot.slotNumber]), slot.body])
      : concatBytes([slotHeader(slot), slot.wrappedKey]);
  const length = new Uint8Array(2);
  new DataView(length.buffer).setUint16(0, bytes.length);
  return [length, bytes];
}

function decodeSlots(covered: Bytes, count: number): KeySlot[] {
  if (count === 0 || count > MAX_SLOTS) throw headerDamaged();
  const view = new DataView(covered.buffer);
  const slots: KeySlot[] = [];
  let offset = FIXED_LENGTH;
  for (let i = 0; i < count; i++) {
    if (offset + 2 > covered.length) throw headerDamaged();
    const end = offset + 2 + view.getUint16(offset);
    if (end > covered.length) throw headerDamaged();
    slots.push(decodeSlot(covered.slice(offset + 2, end)));
    offset = end;
  }
  if (offset !== covered.length) throw headerDamaged();
  return slots;
}

function decodeSlot(bytes: Bytes): KeySlot {
  const [slotNumber] = bytes;
  if (slotNumber === undefined) throw headerDamaged();
  if (slotNumber === SLOT_NUMBER.passphrase) {
    return { kind: 'passphrase', kdf: decodeKdf(bytes), ...decodeWrapped(bytes, 1 + KDF_LENGTH) };
  }
  if (slotNumber === SLOT_NUMBER.recovery) return { kind: 'recovery', ...decodeWrapped(bytes, 1) };
  return { kind: 'foreign', slotNumber, body: bytes.slice(1) };
}

function decodeKdf(bytes: Bytes): KdfParams {
  if (bytes.length < 1 + KDF_LENGTH) throw headerDamaged();
  const view = new DataView(bytes.buffer, 1, KDF_LENGTH);
  if (view.getUint8(0) !== 1) throw headerDamaged();
  const kdf: KdfParams = {
    algorithm: 'argon2id',
    memoryKib: view.getUint32(1),
    iterations: view.getUint32(5),
    parallelism: view.getUint8(9),
  };
  checkKdfParams(kdf);
  return kdf;
}

function decodeWrapped(bytes: Bytes, offset: number): { salt: Bytes; commitment: Bytes; wrappedKey: Bytes } {
  const commitmentAt = offset + SALT_LENGTH;
  const wrappedAt = commitmentAt + COMMITMENT_LENGTH;
  if (bytes.length !== wrappedAt + WRAPPED_LENGTH) throw headerDamaged();
  return {
    salt: bytes.slice(offset, commitmentAt),
    commitment: bytes.slice(commitmentAt, wrappedAt),
    wrappedKey: bytes.slice(wrappedAt),
  };
}

async function checksumOf(bytes: Uint8Array): Promise<Bytes> {
  return new Uint8Array(await crypto.subtle.digest('SHA-256', ownBytes(bytes))).slice(0, CHECKSUM_LENGTH);
}
