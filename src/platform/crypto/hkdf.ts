import { ownBytes, type Bytes } from './bytes.ts';

/**
 * HKDF-SHA-256 (RFC 5869) through WebCrypto. Key material goes in once and comes back as non-extractable keys;
 * `deriveBytes` is for values that are no keys (commitments).
 */

const encoder = new TextEncoder();

/** Key material as a non-extractable HKDF key: good for deriving, for nothing else. The caller wipes `bytes`. */
export async function importKeyMaterial(bytes: Uint8Array): Promise<CryptoKey> {
  return crypto.subtle.importKey('raw', ownBytes(bytes), 'HKDF', false, ['deriveKey', 'deriveBits']);
}

/** An AES-256-GCM key, not extractable. */
export async function deriveAesKey(material: CryptoKey, salt: Uint8Array, info: string): Promise<CryptoKey> {
  const algorithm = { name: 'AES-GCM', length: 256 };
  return crypto.subtle.deriveKey(hkdf(salt, encoder.encode(info)), material, algorithm, false, ['encrypt', 'decrypt']);
}

/** An HMAC-SHA-256 key of 256 bits, not extractable. */
export async function deriveMacKey(material: CryptoKey, salt: Uint8Array, info: string): Promise<CryptoKey> {
  const algorithm = { name: 'HMAC', hash: 'SHA-256', length: 256 };
  return crypto.subtle.deriveKey(hkdf(salt, encoder.encode(info)), material, algorithm, false, ['sign', 'verify']);
}

/** `length` bytes of output key material, at most 8,160. */
export async function deriveBytes(
  material: CryptoKey,
  salt: Uint8Array,
  info: Uint8Array,
  length: number,
): Promise<Bytes> {
  return new Uint8Array(await crypto.subtle.deriveBits(hkdf(salt, info), material, 8 * length));
}

function hkdf(salt: Uint8Array, info: Uint8Array): HkdfParams {
  return { name: 'HKDF', hash: 'SHA-256', salt: ownBytes(salt), info: ownBytes(info) };
}
