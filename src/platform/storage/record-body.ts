import { deflateSync, inflateSync } from 'fflate';

import { ownBytes, type Bytes } from '../crypto/bytes.ts';
import { rejected } from '../crypto/envelope.ts';

/**
 * What is sealed in place of a value: scheme (u8: 0 as is, 1 raw deflate) ‖ content length (u32, big-endian) ‖
 * content ‖ zeros. The zeros blur the value's length: up to 4 KiB the whole is a multiple of 64 bytes, above that it
 * has a Padmé size, which costs at most 12 % and shows O(log log n) bits of the length (Nikitin et al., "Reducing
 * Metadata Leakage from Encrypted Files and Communication with PURBs", PoPETs 2019, §4).
 */

const SCHEME = { plain: 0, deflate: 1 } as const;
const PREFIX_LENGTH = 5;
const SMALL_LENGTH = 4096;
const SMALL_STEP = 64;

/** Below this, deflate saves less than the padding gives back. */
const SMALLEST_DEFLATED = 128;
/** Up to here one synchronous call is quicker than a stream's set-up; above, the browser's own code takes over. */
const LARGEST_SYNCHRONOUS = 32 * 1024;
/** A long value is compressed only if this much of its middle shrinks: vectors and PDFs do not. */
const SAMPLE_LENGTH = 8 * 1024;
const WORTHWHILE_RATIO = 0.95;

/** The body of a value, ready to be sealed. Throws a `RangeError` from 4 GiB on. */
export async function encodeBody(value: Uint8Array): Promise<Bytes> {
  if (value.length >= 2 ** 32 - PREFIX_LENGTH) throw new RangeError('A record is smaller than 4 GiB.');
  const deflated = isWorthDeflating(value) ? await deflate(value) : undefined;
  const isDeflated = deflated !== undefined && deflated.length < value.length;
  const content = isDeflated ? deflated : value;
  const body = new Uint8Array(paddedLength(PREFIX_LENGTH + content.length));
  body[0] = isDeflated ? SCHEME.deflate : SCHEME.plain;
  new DataView(body.buffer).setUint32(1, content.length);
  body.set(content, PREFIX_LENGTH);
  return body;
}

/** The value in a body. Throws `EnvelopeRejectedError` when the body is not one. */
export async function decodeBody(body: Uint8Array): Promise<Bytes> {
  if (body.length < PREFIX_LENGTH) throw rejected();
  const contentLength = new DataView(body.buffer, body.byteOffset, body.byteLength).getUint32(1);
  const end = PREFIX_LENGTH + contentLength;
  if (end > body.length) throw rejected();
  const content = body.subarray(PREFIX_LENGTH, end);
  if (body[0] === SCHEME.plain) return new Uint8Array(content);
  if (body[0] !== SCHEME.deflate) throw rejected();
  try {
    return await inflate(content);
  } catch (cause) {
    throw rejected(cause);
  }
}

/** The length a body is padded to. */
export function paddedLength(length: number): number {
  if (length <= SMALL_LENGTH) return Math.ceil(length / SMALL_STEP) * SMALL_STEP;
  const exponent = Math.floor(Math.log2(length));
  const step = 2 ** (exponent - (Math.floor(Math.log2(exponent)) + 1));
  return Math.ceil(length / step) * step;
}

function isWorthDeflating(value: Uint8Array): boolean {
  if (value.length < SMALLEST_DEFLATED) return false;
  if (value.length <= LARGEST_SYNCHRONOUS) return true;
  const start = Math.floor((value.length - SAMPLE_LENGTH) / 2);
  const sample = value.subarray(start, start + SAMPLE_LENGTH);
  return deflateSync(sample, { level: 1 }).length < WORTHWHILE_RATIO * SAMPLE_LENGTH;
}

async function deflate(value: Uint8Array): Promise<Uint8Array> {
  if (value.length <= LARGEST_SYNCHRONOUS) return deflateSync(value);
  return through(value, new CompressionStream('deflate-raw'));
}

async function inflate(content: Uint8Array): Promise<Bytes> {
  if (content.length <= LARGEST_SYNCHRONOUS) return ownBytes(inflateSync(content));
  return through(content, new DecompressionStream('deflate-raw'));
}

async function through(bytes: Uint8Array, stream: CompressionStream | DecompressionStream): Promise<Bytes> {
  const output = new Response(stream.readable).arrayBuffer();
  const writer = stream.writable.getWriter();
  const [, buffer] = await Promise.all([writer.write(ownBytes(bytes)).then(() => writer.close()), output]);
  return new Uint8Array(buffer);
}
