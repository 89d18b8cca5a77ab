const encoder = new TextEncoder();
const decoder = new TextDecoder('utf-8', { fatal: true });

/** A value as the UTF-8 bytes of its JSON: what the encrypted store compresses and seals. */
export function encodeRecord(value: unknown): Uint8Array {
  return encoder.encode(JSON.stringify(value));
}

/**
 * The value that `encodeRecord` wrote. The bytes come out of an authenticated envelope, so their shape is what this
 * program once wrote; formats carry a `format` number where they may change. Throws `SyntaxError` on anything else.
 */
export function decodeRecord<T>(bytes: Uint8Array): T {
  return JSON.parse(decoder.decode(bytes)) as T;
}
