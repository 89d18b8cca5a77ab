import { idToBytes, type RecordId, type VaultId } from '../../domain/ids.ts';
import type { Bytes } from './bytes.ts';

/** What an envelope holds. Numbers are written into vaults: never reuse one. */
export const ENVELOPE_KIND = { record: 1, apiKey: 2 } as const;
export type EnvelopeKind = (typeof ENVELOPE_KIND)[keyof typeof ENVELOPE_KIND];

/** Where a record's block belongs. An envelope opens only in the place it was sealed for. */
export interface RecordPlace {
  readonly vaultId: VaultId;
  /** The store's position in `STORE_NAMES`. */
  readonly storeNumber: number;
  readonly recordId: RecordId;
  readonly recordVersion: bigint;
  readonly schemaVersion: number;
  readonly epoch: number;
  readonly kind: number;
  readonly blockIndex: number;
  readonly blockCount: number;
  /** SHA-256 of the endpoint's origin; only for API keys. */
  readonly originHash?: Uint8Array;
}

const RECORD_LABEL = new TextEncoder().encode('kv/rec/1');

/**
 * Additional authenticated data of a record's block: every field behind its length (u16, big-endian), in fixed
 * order, integers big-endian. `seal` adds the envelope's own header as the last field.
 */
export function recordAad(place: RecordPlace): Bytes {
  return lengthPrefixed([
    RECORD_LABEL,
    idToBytes(place.vaultId),
    uint(place.storeNumber, 1),
    idToBytes(place.recordId),
    uint64(place.recordVersion),
    uint(place.schemaVersion, 2),
    uint(place.epoch, 4),
    uint(place.kind, 1),
    uint(place.blockIndex, 4),
    uint(place.blockCount, 4),
    ...(place.originHash === undefined ? [] : [place.originHash]),
  ]);
}

/** The fields one after another, each behind its length as u16. Injective: no two lists give the same bytes. */
export function lengthPrefixed(fields: readonly Uint8Array[]): Bytes {
  let length = 0;
  for (const field of fields) length += 2 + field.length;
  const bytes = new Uint8Array(length);
  const view = new DataView(bytes.buffer);
  let offset = 0;
  for (const field of fields) {
    if (field.length > 0xffff) throw new RangeError('A field of the authenticated data is at most 65,535 bytes.');
    view.setUint16(offset, field.length);
    bytes.set(field, offset + 2);
    offset += 2 + field.length;
  }
  return bytes;
}

function uint(value: number, width: 1 | 2 | 4): Bytes {
  if (!Number.isInteger(value) || value < 0 || value >= 2 ** (8 * width)) {
    throw new RangeError(`${value} does not fit into ${width} bytes.`);
  }
  const bytes = new Uint8Array(width);
  for (let i = 0; i < width; i++) bytes[i] = Math.floor(value / 2 ** (8 * (width - 1 - i))) % 256;
  return bytes;
}

function uint64(value: bigint): Bytes {
  if (value < 0n || value >= 1n << 64n) throw new RangeError(`${value} does not fit into 8 bytes.`);
  const bytes = new Uint8Array(8);
  new DataView(bytes.buffer).setBigUint64(0, value);
  return bytes;
}
