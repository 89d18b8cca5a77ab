import { InvalidInputError } from '../../domain/errors.ts';

export const MAX_PASSPHRASE_BYTES = 1024;

/** A passphrase as the vault takes it: NFKC-normalised UTF-8, nothing trimmed. The caller wipes the bytes. */
export function passphraseBytes(text: string): Uint8Array {
  return new TextEncoder().encode(text.normalize('NFKC'));
}

/**
 * A normalised copy, so that the same words open the vault whichever keyboard composed them. Throws
 * `InvalidInputError` for an empty passphrase, one over 1,024 bytes, or bytes that are no UTF-8.
 */
export function normalisedPassphrase(passphrase: Uint8Array): Uint8Array {
  const copy = isAscii(passphrase) ? passphrase.slice() : passphraseBytes(decode(passphrase));
  if (copy.length === 0) throw new InvalidInputError('The passphrase is empty. Nothing was changed. Type one.');
  if (copy.length > MAX_PASSPHRASE_BYTES) {
    copy.fill(0);
    throw new InvalidInputError(
      'The passphrase is longer than 1,024 bytes of text. Nothing was changed. Choose a shorter one.',
    );
  }
  return copy;
}

/** ASCII is its own normal form: no string need be made of it. */
function isAscii(bytes: Uint8Array): boolean {
  return bytes.every((byte) => byte < 0x80);
}

function decode(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch (cause) {
    throw new InvalidInputError('The passphrase could not be read as text. Nothing was changed. Type it again.', {
      cause,
    });
  }
}
