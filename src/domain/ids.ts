/** Branded identifiers. A plain string cannot be passed where an id is wanted; ids are made only here. */

declare const brand: unique symbol;
type Branded<Name extends string> = string & { readonly [brand]: Name };

/** Every id is 32 lower-case hex digits: 128 opaque bits. */
export type VaultId = Branded<'VaultId'>;
export type RecordId = Branded<'RecordId'>;
export type DocumentId = Branded<'DocumentId'>;
export type VersionId = Branded<'VersionId'>;
export type ChunkId = Branded<'ChunkId'>;
export type SegmentId = Branded<'SegmentId'>;
export type ConversationId = Branded<'ConversationId'>;
export type MessageId = Branded<'MessageId'>;
/** A keyed hash (HMAC under a vault subkey) of normalised content; equal content, equal identity, inside one vault only. */
export type ContentIdentity = Branded<'ContentIdentity'>;

export type AnyId =
  VaultId | RecordId | DocumentId | VersionId | ChunkId | SegmentId | ConversationId | MessageId | ContentIdentity;

const ID_PATTERN = /^[0-9a-f]{32}$/;

/** Reads an id from untrusted text. Throws a `TypeError` unless it is 32 lower-case hex digits. */
export function parseId<Id extends AnyId>(text: string): Id {
  if (!ID_PATTERN.test(text)) throw new TypeError('An id is 32 lower-case hex digits.');
  return text as Id;
}

/** A fresh random id from the platform's cryptographic generator. */
export function randomId<Id extends AnyId>(): Id {
  return idFromBytes<Id>(crypto.getRandomValues(new Uint8Array(16)));
}

const HEX_DIGITS = Uint8Array.from('0123456789abcdef', (digit) => digit.charCodeAt(0));
const DIGITS_OF_ID = new Uint8Array(32);

/** The id whose 16 bytes these are. Throws a `RangeError` for any other length. */
export function idFromBytes<Id extends AnyId>(bytes: Uint8Array): Id {
  if (bytes.length !== 16) throw new RangeError('An id is made of 16 bytes.');
  for (let i = 0; i < 16; i++) {
    const byte = bytes[i] ?? 0;
    DIGITS_OF_ID[2 * i] = HEX_DIGITS[byte >> 4] ?? 0;
    DIGITS_OF_ID[2 * i + 1] = HEX_DIGITS[byte & 15] ?? 0;
  }
  // All at once: a text put together piece by piece stays in pieces, which take six times the memory.
  return String.fromCharCode(...DIGITS_OF_ID) as Id;
}

/** The 16 bytes of an id. */
export function idToBytes(id: AnyId): Uint8Array {
  const bytes = new Uint8Array(16);
  for (let i = 0; i < 16; i++) bytes[i] = (digitAt(id, 2 * i) << 4) | digitAt(id, 2 * i + 1);
  return bytes;
}

function digitAt(id: string, at: number): number {
  const code = id.charCodeAt(at);
  // Digits, or letters of either case.
  return code < 0x40 ? code - 0x30 : (code & 0x5f) - 0x37;
}

/** The record that holds an entity has the entity's own id. */
export function recordIdOf(id: AnyId): RecordId {
  return id as unknown as RecordId;
}
