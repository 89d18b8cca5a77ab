import { concatBytes, equalBytes, ownBytes, randomBytes, type Bytes } from './bytes.ts';
import { rejected } from './envelope.ts';

/**
 * Cobblestone-256, the streaming encryption of c2sp.org/chunked-encryption (version 1), which other programs read too:
 *
 *     0   salt         24 random bytes
 *     24  commitment   32: only the right key gives them
 *     56  chunks       AES-256-GCM over 16 KiB each, 16 bytes of tag; the last one is shorter, and may be empty
 *
 *     key 32 ‖ nonce 12 ‖ commitment 32 = HKDF-Expand-SHA-512(file key, label ‖ AEAD's name ‖ 0 ‖ salt ‖ context)
 *
 * Chunk i has the nonce XOR i, so chunks cannot change places; one that was cut off leaves no short one at the end.
 */

const CHUNK_LENGTH = 16 * 1024;
const TAG_LENGTH = 16;
const SALT_LENGTH = 24;
const COMMITMENT_LENGTH = 32;
const KEY_LENGTH = 32;
const NONCE_LENGTH = 12;
const LABEL = new TextEncoder().encode('c2sp.org/chunked-encryption@v1+AEAD_AES_256_GCM\0');
/** Chunks in the cipher at once: 512 KiB, so that memory stays the same however long the message is. */
const CHUNKS_AT_ONCE = 32;

/** What a message grows by, not counting the tags. */
export const COBBLESTONE_HEADER_LENGTH = SALT_LENGTH + COMMITMENT_LENGTH;

/** A message's key and where it is used: 32 uniformly random bytes, and what both sides know of the place. */
export interface CobblestoneKey {
  readonly key: Uint8Array;
  readonly context: Uint8Array;
}

/** Encrypts a message as it comes. A key may serve for more than one message: each draws its own salt. */
export async function* encryptStream(
  { key, context }: CobblestoneKey,
  message: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
): AsyncGenerator<Bytes, void, undefined> {
  const salt = randomBytes(SALT_LENGTH);
  const cipher = await deriveCipher(key, salt, context);
  yield concatBytes([salt, cipher.commitment]);
  let counter = 0;
  for await (const { bytes, isLast } of inPieces(message, CHUNK_LENGTH)) {
    const first = counter;
    const chunks = split(bytes, CHUNK_LENGTH);
    // A full chunk at the very end is followed by an empty one: the last is always shorter.
    if (isLast && bytes.length % CHUNK_LENGTH === 0) chunks.push(new Uint8Array(0));
    counter += chunks.length;
    yield concatBytes(await Promise.all(chunks.map((chunk, i) => cipher.encrypt(first + i, chunk))));
  }
}

/**
 * Decrypts a message as it comes. Every byte given out has been authenticated, but only the end of the generator says
 * that nothing is missing. Throws `EnvelopeRejectedError` for another key, a changed bit, or a message cut off or
 * continued.
 */
export async function* decryptStream(
  { key, context }: CobblestoneKey,
  encrypted: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
): AsyncGenerator<Bytes, void, undefined> {
  const { head, rest } = await takeHead(encrypted, COBBLESTONE_HEADER_LENGTH);
  const cipher = await deriveCipher(key, head.subarray(0, SALT_LENGTH), context);
  if (!equalBytes(cipher.commitment, head.subarray(SALT_LENGTH))) throw rejected();
  const sealedLength = CHUNK_LENGTH + TAG_LENGTH;
  let counter = 0;
  for await (const { bytes, isLast } of inPieces(rest, sealedLength)) {
    if (isLast && (bytes.length % sealedLength === 0 || bytes.length % sealedLength < TAG_LENGTH)) throw rejected();
    const first = counter;
    const chunks = split(bytes, sealedLength);
    counter += chunks.length;
    yield concatBytes(await Promise.all(chunks.map((chunk, i) => cipher.decrypt(first + i, chunk))));
  }
}

interface Cipher {
  readonly commitment: Bytes;
  encrypt(counter: number, chunk: Uint8Array): Promise<Bytes>;
  decrypt(counter: number, chunk: Uint8Array): Promise<Bytes>;
}

async function deriveCipher(key: Uint8Array, salt: Uint8Array, context: Uint8Array): Promise<Cipher> {
  if (key.length !== KEY_LENGTH) throw new RangeError('A Cobblestone-256 key is 32 bytes.');
  const derived = await expand(key, concatBytes([LABEL, salt, context]), KEY_LENGTH + NONCE_LENGTH + COMMITMENT_LENGTH);
  const aesKey = await crypto.subtle.importKey('raw', derived.slice(0, KEY_LENGTH), 'AES-GCM', false, [
    'encrypt',
    'decrypt',
  ]);
  const nonce = derived.slice(KEY_LENGTH, KEY_LENGTH + NONCE_LENGTH);
  const commitment = derived.slice(KEY_LENGTH + NONCE_LENGTH);
  derived.fill(0);
  const gcm = (counter: number): AesGcmParams => ({
    name: 'AES-GCM',
    iv: nonceOf(nonce, counter),
    tagLength: 8 * TAG_LENGTH,
  });
  return {
    commitment,
    encrypt: async (counter, chunk) =>
      new Uint8Array(await crypto.subtle.encrypt(gcm(counter), aesKey, ownBytes(chunk))),
    decrypt: async (counter, chunk) => {
      try {
        return new Uint8Array(await crypto.subtle.decrypt(gcm(counter), aesKey, ownBytes(chunk)));
      } catch (cause) {
        throw rejected(cause);
      }
    },
  };
}

/** The second half of HKDF (RFC 5869, 2.3) with SHA-512; WebCrypto offers only both halves together. */
async function expand(pseudorandomKey: Uint8Array, info: Uint8Array, length: number): Promise<Bytes> {
  const algorithm = { name: 'HMAC', hash: 'SHA-512' };
  const key = await crypto.subtle.importKey('raw', ownBytes(pseudorandomKey), algorithm, false, ['sign']);
  const blocks: Bytes[] = [];
  let previous: Bytes = new Uint8Array(0);
  for (let done = 0; done < length; done += previous.length) {
    const counter = new Uint8Array([blocks.length + 1]);
    previous = new Uint8Array(await crypto.subtle.sign('HMAC', key, concatBytes([previous, info, counter])));
    blocks.push(previous);
  }
  return concatBytes(blocks).slice(0, length);
}

/** The base nonce XOR the counter as a big-endian number. */
function nonceOf(base: Bytes, counter: number): Bytes {
  const nonce = base.slice();
  const view = new DataView(nonce.buffer);
  view.setUint32(NONCE_LENGTH - 4, (view.getUint32(NONCE_LENGTH - 4) ^ (counter >>> 0)) >>> 0);
  const high = Math.floor(counter / 2 ** 32);
  view.setUint32(NONCE_LENGTH - 8, (view.getUint32(NONCE_LENGTH - 8) ^ high) >>> 0);
  return nonce;
}

function split(bytes: Uint8Array, length: number): Uint8Array[] {
  const parts: Uint8Array[] = [];
  for (let at = 0; at < bytes.length; at += length) parts.push(bytes.subarray(at, at + length));
  return parts;
}

/**
 * The same bytes in pieces of whole chunks, as many as are worked on at once; the last piece, which may be empty, takes what
 * is left.
 */
async function* inPieces(
  source: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  chunkLength: number,
): AsyncGenerator<{ readonly bytes: Uint8Array; readonly isLast: boolean }, void, undefined> {
  const pieceLength = CHUNKS_AT_ONCE * chunkLength;
  let waiting: Uint8Array[] = [];
  let length = 0;
  for await (const bytes of source) {
    waiting.push(bytes);
    length += bytes.length;
    if (length <= pieceLength) continue;
    const all = concatBytes(waiting);
    let at = 0;
    // One byte more has to be there before a piece is known not to be the last.
    for (; all.length - at > pieceLength; at += pieceLength) {
      yield { bytes: all.subarray(at, at + pieceLength), isLast: false };
    }
    waiting = [all.slice(at)];
    length = all.length - at;
  }
  yield { bytes: concatBytes(waiting), isLast: true };
}

async function takeHead(
  source: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  length: number,
): Promise<{ readonly head: Uint8Array; readonly rest: AsyncGenerator<Uint8Array, void, undefined> }> {
  const iterator = iterate(source);
  let head: Uint8Array = new Uint8Array(0);
  while (head.length < length) {
    const next = await iterator.next();
    if (next.done === true) throw rejected();
    head = concatBytes([head, next.value]);
  }
  const extra = head.slice(length);
  return {
    head: head.subarray(0, length),
    rest: (async function* () {
      yield extra;
      yield* iterator;
    })(),
  };
}

async function* iterate(
  source: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
): AsyncGenerator<Uint8Array, void, undefined> {
  yield* source;
}
