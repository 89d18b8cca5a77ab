import { idFromBytes, idToBytes, type RecordId, type VaultId } from '../../domain/ids.ts';
import { InvalidInputError } from '../../domain/errors.ts';
import { lengthPrefixed } from '../../platform/crypto/aad.ts';
import { concatBytes, ownBytes, randomBytes, type Bytes } from '../../platform/crypto/bytes.ts';
import { ENVELOPE_OVERHEAD } from '../../platform/crypto/envelope.ts';
import { STORE_NAMES, type StoreName } from '../../platform/storage/record-store.ts';

/**
 * A backup, one file:
 *
 *     0   'K' 'V' 'X' 1     magic, format version
 *     4   length            u32, big-endian: of the vault's header
 *     8   header            the vault's own, byte for byte: its slots say how a secret gives the vault key
 *     …   export id         16 random bytes
 *     …   created           u64, milliseconds since 1970
 *     …   file key          68: 32 random bytes in an envelope under the vault's `export-kek`
 *     …   payload           Cobblestone-256 under the file key
 *
 * Everything before the file key is in the authenticated data of its envelope, everything before the payload in the
 * payload's context. The payload is a row of frames, integers big-endian:
 *
 *     0  info     u32 length ‖ JSON: `BackupInfo`
 *     1  record   store u8 ‖ id 16 ‖ u32 length ‖ value, as it was before it was sealed
 *     2  end      u64 records ‖ SHA-256 over the records' SHA-256, each over store ‖ id ‖ value
 */
export interface BackupHead {
  /** The vault's header record. */
  readonly vaultHeader: Uint8Array;
  readonly exportId: Uint8Array;
  readonly createdAt: number;
}

export interface BackupInfo {
  readonly app: string;
  readonly appVersion: string;
  /** Names of the stores, by number. */
  readonly stores: readonly string[];
}

export interface BackupRecord {
  readonly store: StoreName;
  readonly id: RecordId;
  readonly value: Uint8Array;
}

export interface BackupEnd {
  readonly recordCount: number;
  /** 32 bytes; equal for vaults that hold the same. */
  readonly digest: Uint8Array;
}

export type Frame =
  | { readonly kind: 'info'; readonly info: BackupInfo }
  | ({ readonly kind: 'record' } & BackupRecord)
  | ({ readonly kind: 'end' } & BackupEnd);

const MAGIC = [0x4b, 0x56, 0x58] as const;
const FORMAT_VERSION = 1;
const PREFIX_LENGTH = 8;
const EXPORT_ID_LENGTH = 16;
const CREATED_LENGTH = 8;
const FILE_KEY_LENGTH = 32;
const WRAPPED_LENGTH = FILE_KEY_LENGTH + ENVELOPE_OVERHEAD;
/** A header has at most 16 slots of some hundred bytes: more is no backup of ours. */
const MAX_HEADER_LENGTH = 64 * 1024;
const FRAME = { info: 0, record: 1, end: 2 } as const;
const RECORD_HEAD_LENGTH = 1 + 1 + 16 + 4;
const LABEL = new TextEncoder().encode('app/export/v1');

const encoder = new TextEncoder();

export function newFileKey(): Bytes {
  return randomBytes(FILE_KEY_LENGTH);
}

export function newExportId(): Bytes {
  return randomBytes(EXPORT_ID_LENGTH);
}

/** The file's bytes up to the wrapped key. */
export function encodeHead({ vaultHeader, exportId, createdAt }: BackupHead): Bytes {
  const prefix = new Uint8Array(PREFIX_LENGTH);
  prefix.set([...MAGIC, FORMAT_VERSION], 0);
  new DataView(prefix.buffer).setUint32(4, vaultHeader.length);
  const created = new Uint8Array(CREATED_LENGTH);
  new DataView(created.buffer).setBigUint64(0, BigInt(createdAt));
  return concatBytes([prefix, vaultHeader, exportId, created]);
}

/** What a file begins with, as it was read. */
export interface ReadHead extends BackupHead {
  /** The bytes that `encodeHead` gave. */
  readonly covered: Uint8Array;
  readonly wrappedKey: Uint8Array;
}

/** Reads the head off the front of a file. Throws `InvalidInputError` when the file is no backup, or a newer one. */
export async function readHead(take: (length: number) => Promise<Uint8Array>): Promise<ReadHead> {
  const prefix = await take(PREFIX_LENGTH);
  if (MAGIC.some((byte, i) => prefix[i] !== byte)) {
    throw new InvalidInputError('This file is not a backup of a library. Nothing was changed. Pick another file.');
  }
  if (prefix[3] !== FORMAT_VERSION) {
    throw new InvalidInputError(
      'This backup was made by a newer version of this app. Nothing was changed. Reload to get the newer version.',
    );
  }
  const headerLength = viewOf(prefix).getUint32(4);
  if (headerLength > MAX_HEADER_LENGTH) throw damagedBackup();
  const rest = await take(headerLength + EXPORT_ID_LENGTH + CREATED_LENGTH);
  const createdAt = Number(viewOf(rest).getBigUint64(headerLength + EXPORT_ID_LENGTH));
  return {
    vaultHeader: rest.slice(0, headerLength),
    exportId: rest.slice(headerLength, headerLength + EXPORT_ID_LENGTH),
    createdAt,
    covered: concatBytes([prefix, rest]),
    wrappedKey: await take(WRAPPED_LENGTH),
  };
}

/** Authenticated with the wrapped file key, or with the payload: whose export it is, and all bytes before. */
export async function backupContext(vaultId: VaultId, exportId: Uint8Array, before: Uint8Array): Promise<Bytes> {
  const hash = new Uint8Array(await crypto.subtle.digest('SHA-256', ownBytes(before)));
  return lengthPrefixed([LABEL, idToBytes(vaultId), exportId, hash]);
}

export function encodeInfo(info: BackupInfo): Bytes {
  const json = encoder.encode(JSON.stringify(info));
  const head = new Uint8Array(5);
  head[0] = FRAME.info;
  new DataView(head.buffer).setUint32(1, json.length);
  return concatBytes([head, json]);
}

/** The frame's head; the value follows it as it is. */
export function encodeRecordHead({ store, id, value }: BackupRecord): Bytes {
  const head = new Uint8Array(RECORD_HEAD_LENGTH);
  head[0] = FRAME.record;
  head[1] = STORE_NAMES.indexOf(store);
  head.set(idToBytes(id), 2);
  new DataView(head.buffer).setUint32(18, value.length);
  return head;
}

export function encodeEnd({ recordCount, digest }: BackupEnd): Bytes {
  const head = new Uint8Array(9);
  head[0] = FRAME.end;
  new DataView(head.buffer).setBigUint64(1, BigInt(recordCount));
  return concatBytes([head, digest]);
}

/** One frame off the front of a payload. Throws `InvalidInputError` for what no version of this app wrote. */
export async function readFrame(take: (length: number) => Promise<Uint8Array>): Promise<Frame> {
  const [kind] = await take(1);
  switch (kind) {
    case FRAME.info:
      return { kind: 'info', info: infoOf(await take(viewOf(await take(4)).getUint32(0))) };
    case FRAME.record: {
      const head = await take(RECORD_HEAD_LENGTH - 1);
      const store = STORE_NAMES[head[0] ?? -1];
      if (store === undefined) throw damagedBackup();
      const id = idFromBytes<RecordId>(head.slice(1, 17));
      return { kind: 'record', store, id, value: await take(viewOf(head).getUint32(17)) };
    }
    case FRAME.end: {
      const end = await take(40);
      return { kind: 'end', recordCount: Number(viewOf(end).getBigUint64(0)), digest: end.slice(8) };
    }
    default:
      throw damagedBackup();
  }
}

function infoOf(bytes: Uint8Array): BackupInfo {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes)) as BackupInfo;
  } catch (cause) {
    throw damagedBackup(cause);
  }
}

export function damagedBackup(cause?: unknown): InvalidInputError {
  return new InvalidInputError(
    'This backup is damaged or was cut off, so nothing was taken from it. The library on this device is as it was. ' +
      'Use another backup, or copy the file anew from where it is kept.',
    cause === undefined ? undefined : { cause },
  );
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
