import { EnvelopeRejectedError } from '../../domain/errors.ts';
import { lengthPrefixed } from './aad.ts';
import { concatBytes, ownBytes, randomBytes, type Bytes } from './bytes.ts';

/**
 * The envelope every secret is kept in:
 *
 *     0  'K' 'V'            magic
 *     2  1                  format version
 *     3  1                  algorithm: AES-256-GCM
 *     4  key epoch          u32, big-endian
 *     8  nonce              12 random bytes
 *     20 ciphertext ‖ tag   tag: 16 bytes
 *
 * The authenticated data is the caller's, followed by these 20 bytes. There is no negotiation: any other version or
 * algorithm is refused. Nonces are drawn here and appear in no signature: with 96 random bits and a key per store
 * and epoch, message counts stay far below 2^32 (NIST SP 800-38D, 8.3).
 */

/** An AES-256-GCM key and the epoch it belongs to. */
export interface SealingKey {
  readonly key: CryptoKey;
  readonly epoch: number;
}

const HEADER_LENGTH = 20;
const NONCE_OFFSET = 8;
const TAG_LENGTH = 16;
const PREFIX = [0x4b, 0x56, 0x01, 0x01] as const;

/** Bytes that an envelope adds to its plaintext. */
export const ENVELOPE_OVERHEAD = HEADER_LENGTH + TAG_LENGTH;

/** Encrypts and authenticates `plaintext`, bound to `aad`. */
export async function seal(sealingKey: SealingKey, plaintext: Uint8Array, aad: Uint8Array): Promise<Bytes> {
  const header = new Uint8Array(HEADER_LENGTH);
  header.set(PREFIX, 0);
  new DataView(header.buffer).setUint32(4, sealingKey.epoch);
  header.set(randomBytes(HEADER_LENGTH - NONCE_OFFSET), NONCE_OFFSET);
  const ciphertext = await crypto.subtle.encrypt(gcm(header, aad), sealingKey.key, ownBytes(plaintext));
  return concatBytes([header, new Uint8Array(ciphertext)]);
}

/** The plaintext. Throws `EnvelopeRejectedError` unless every bit is as `seal` made it, under this key and `aad`. */
export async function open(sealingKey: SealingKey, envelope: Uint8Array, aad: Uint8Array): Promise<Bytes> {
  if (envelope.length < ENVELOPE_OVERHEAD) throw rejected();
  const header = envelope.slice(0, HEADER_LENGTH);
  if (PREFIX.some((byte, i) => header[i] !== byte)) throw rejected();
  if (new DataView(header.buffer).getUint32(4) !== sealingKey.epoch) throw rejected();
  try {
    const ciphertext = ownBytes(envelope).subarray(HEADER_LENGTH);
    return new Uint8Array(await crypto.subtle.decrypt(gcm(header, aad), sealingKey.key, ciphertext));
  } catch (cause) {
    throw rejected(cause);
  }
}

function gcm(header: Bytes, aad: Uint8Array): AesGcmParams {
  return {
    name: 'AES-GCM',
    iv: header.subarray(NONCE_OFFSET),
    additionalData: concatBytes([aad, lengthPrefixed([header])]),
    tagLength: 8 * TAG_LENGTH,
  };
}

/** One message for every cause: telling them apart would only help whoever is trying. */
export function rejected(cause?: unknown): EnvelopeRejectedError {
  return new EnvelopeRejectedError(
    'A piece of your library is damaged or was changed outside this app, so it was not opened. ' +
      'The rest of the library is not affected. If you have a backup, you can restore the piece from it.',
    cause === undefined ? undefined : { cause },
  );
}
