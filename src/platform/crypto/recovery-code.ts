import { randomBytes, type Bytes } from './bytes.ts';

/**
 * The recovery code: 160 random bits and 20 bits of checksum, written in Crockford's base 32 (no I, L, O, U) as nine
 * groups of four. The checksum is cut from the SHA-256 of the bits, so a typing mistake is told apart from a wrong
 * code (all but about one in a million).
 */

const ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
const SECRET_LENGTH = 20;
const SECRET_DIGITS = 32;
const CHECK_DIGITS = 4;

export const RECOVERY_CODE_BITS = 8 * SECRET_LENGTH;

/** A fresh code's 20 secret bytes. */
export function newRecoverySecret(): Bytes {
  return randomBytes(SECRET_LENGTH);
}

/** The code as it is shown: `XXXX-XXXX-…`, nine groups. Throws a `RangeError` unless `secret` is 20 bytes. */
export async function formatRecoveryCode(secret: Uint8Array): Promise<string> {
  if (secret.length !== SECRET_LENGTH) throw new RangeError('A recovery code is made of 20 bytes.');
  const digits = encodeBase32(secret) + (await checkDigits(secret));
  return (digits.match(/.{4}/g) ?? []).join('-');
}

/** `mistyped`: too long, too short, a character that is never used, or a checksum that does not fit. */
export type RecoveryCodeReading = { readonly kind: 'read'; readonly secret: Bytes } | { readonly kind: 'mistyped' };

/** Reads a code as people type it: any case, spaces and hyphens anywhere, O for 0, I and L for 1. */
export async function readRecoveryCode(text: string): Promise<RecoveryCodeReading> {
  const digits = text
    .normalize('NFKC')
    .replaceAll(/[\s\p{Dash_Punctuation}]/gu, '')
    .toUpperCase()
    .replaceAll('O', '0')
    .replaceAll(/[IL]/g, '1');
  if (digits.length !== SECRET_DIGITS + CHECK_DIGITS) return { kind: 'mistyped' };
  const secret = decodeBase32(digits.slice(0, SECRET_DIGITS));
  if (secret === undefined) return { kind: 'mistyped' };
  if ((await checkDigits(secret)) !== digits.slice(SECRET_DIGITS)) return { kind: 'mistyped' };
  return { kind: 'read', secret };
}

async function checkDigits(secret: Uint8Array): Promise<string> {
  const hash = new Uint8Array(await crypto.subtle.digest('SHA-256', new Uint8Array(secret)));
  return encodeBase32(hash.subarray(0, SECRET_LENGTH)).slice(0, CHECK_DIGITS);
}

/** Five bits a digit, most significant first; `bytes` is a multiple of five bytes long. */
function encodeBase32(bytes: Uint8Array): string {
  let text = '';
  let buffer = 0;
  let bits = 0;
  for (const byte of bytes) {
    buffer = ((buffer << 8) | byte) & 0xffff;
    bits += 8;
    while (bits >= 5) {
      bits -= 5;
      text += ALPHABET.charAt((buffer >> bits) & 31);
    }
  }
  return text;
}

function decodeBase32(digits: string): Bytes | undefined {
  const bytes = new Uint8Array(SECRET_LENGTH);
  let buffer = 0;
  let bits = 0;
  let offset = 0;
  for (const digit of digits) {
    const value = ALPHABET.indexOf(digit);
    if (value < 0) return undefined;
    buffer = ((buffer << 5) | value) & 0xffff;
    bits += 5;
    if (bits < 8) continue;
    bits -= 8;
    bytes[offset++] = (buffer >> bits) & 0xff;
  }
  return bytes;
}
