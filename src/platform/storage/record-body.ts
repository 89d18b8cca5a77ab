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

/**
 * Whether a value may be deflated. `never`: it is read where time counts more than room, such as what a library's index is
 * made of. The body says itself which it was, so that either reads what the other wrote.
 */
export type Packing = 'where-it-pays' | 'never';

/** The body of a value, ready to be sealed. Throws a `RangeError` from 4 GiB on. */
export async function encodeBody(value: Uint8Array, packing: Packing = 'where-it-pays'): Promise<Bytes> {
  if (value.length >= 2 ** 32 - PREFIX_LENGTH) throw new RangeError('A record is smaller than 4 GiB.');
  const deflated = packing !== 'never' && isWorthDeflating(value) ? await deflate(value) : undefined;
  const isDeflated = deflated !== undefined && deflated.length < value.length;
  const content = isDeflated ? deflated : value;
  const body = new Uint8Array(paddedLength(PREFIX_LENGTH + content.length));
  body[0] = isDeflated ? SCHEME.deflate : SCHEME.plain;
  new DataView(body.buffer).setUint32(1, content.length);
  body.set(content, PREFIX_LENGTH);
  return body;
}

/**
 * Puts the pieces of a body together, in whatever order they come, so that a value that is kept as it is needs one copy. Its
 * memory is its own and begins with it: it can be used as words, and moved to another thread.
 */
export class BodyReader {
  readonly #isDeflated: boolean;
  readonly #content: Bytes;

  /** `bodyLength` counts all pieces; `first` is the one the body begins with. Throws `EnvelopeRejectedError`. */
  constructor(bodyLength: number, first: Uint8Array) {
    if (first.length < PREFIX_LENGTH) throw rejected();
    const scheme = first[0];
    const contentLength = new DataView(first.buffer, first.byteOffset, first.byteLength).getUint32(1);
    if (PREFIX_LENGTH + contentLength > bodyLength) throw rejected();
    if (scheme !== SCHEME.plain && scheme !== SCHEME.deflate) throw rejected();
    this.#isDeflated = scheme === SCHEME.deflate;
    this.#content = new Uint8Array(contentLength);
  }

  /** Takes the piece of the body that begins at `offset`, and wipes it. */
  take(piece: Uint8Array, offset: number): void {
    const skipped = Math.max(0, PREFIX_LENGTH - offset);
    const start = offset + skipped - PREFIX_LENGTH;
    const length = Math.min(piece.length - skipped, this.#content.length - start);
    if (length > 0) this.#content.set(piece.subarray(skipped, skipped + length), start);
    piece.fill(0);
  }

  /** The value, once every piece has been taken. Throws `EnvelopeRejectedError` when it does not inflate. */
  async finish(): Promise<Bytes> {
    if (!this.#isDeflated) return this.#content;
    try {
      return await inflate(this.#content);
    } catch (cause) {
      throw rejected(cause);
    } finally {
      this.#content.fill(0);
    }
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
  if (content.length <= LARGEST_SYNCHRONOUS) return inflateSmall(content);
  return through(content, new DecompressionStream('deflate-raw'));
}

/** What most small records inflate to fits in here. */
const SCRATCH_LENGTH = 256 * 1024;
let scratch: Bytes | undefined;

/** Left to itself, fflate makes and clears 128 KB for each record, however small: most of the time a document takes. */
function inflateSmall(content: Uint8Array): Bytes {
  scratch ??= new Uint8Array(SCRATCH_LENGTH);
  const inflated = inflateInto(content, scratch);
  if (inflated === undefined) return ownBytes(inflateSync(content));
  const value = inflated.slice();
  inflated.fill(0);
  return value;
}

/** `undefined` where there is no room for all of it. */
function inflateInto(content: Uint8Array, room: Bytes): Bytes | undefined {
  try {
    const inflated = inflateSync(content, { out: room });
    if (inflated.length < room.length) return room.subarray(0, inflated.length);
  } catch (error) {
    // What is stored as it is does not fit; anything else that is wrong is found once more, and told.
    if (!(error instanceof RangeError)) {
      room.fill(0);
      throw error;
    }
  }
  room.fill(0);
  return undefined;
}

async function through(bytes: Uint8Array, stream: CompressionStream | DecompressionStream): Promise<Bytes> {
  const output = new Response(stream.readable).arrayBuffer();
  const writer = stream.writable.getWriter();
  const [, buffer] = await Promise.all([writer.write(ownBytes(bytes)).then(() => writer.close()), output]);
  return new Uint8Array(buffer);
}
