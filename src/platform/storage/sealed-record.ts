import { ENVELOPE_KIND, recordAad, type RecordPlace } from '../crypto/aad.ts';
import type { Bytes } from '../crypto/bytes.ts';
import { ENVELOPE_OVERHEAD, open, rejected, seal, type SealingKey } from '../crypto/envelope.ts';
import { BodyReader, encodeBody, type Packing } from './record-body.ts';

/**
 * A value as it lies in the raw store:
 *
 *     0   1                 layout version
 *     1   kind              u8
 *     2   schema version    u16, big-endian
 *     4   record version    u64, big-endian
 *     12  block count       u32, big-endian
 *     16  envelopes         each over 256 KiB of body, the last over the rest
 *
 * Kind, versions and count are needed to rebuild the authenticated data of each envelope, and are covered by it;
 * with the block's own index they make reordering, dropping and truncation fail to open.
 */

export const BLOCK_LENGTH = 256 * 1024;

const LAYOUT_VERSION = 1;
const SCHEMA_VERSION = 1;
const PREFIX_LENGTH = 16;
const SEALED_BLOCK_LENGTH = BLOCK_LENGTH + ENVELOPE_OVERHEAD;
/** Blocks in the cipher at once: enough to keep its threads busy without doubling a large file in memory. */
const CONCURRENT_BLOCKS = 8;

/** Whose record it is, as far as the store knows before the record is read. */
export type RecordOwner = Pick<RecordPlace, 'vaultId' | 'storeNumber' | 'recordId'>;

export async function sealRecord(
  key: SealingKey,
  owner: RecordOwner,
  recordVersion: number,
  value: Uint8Array,
  packing: Packing = 'where-it-pays',
): Promise<Bytes> {
  const body = await encodeBody(value, packing);
  const blockCount = Math.ceil(body.length / BLOCK_LENGTH);
  const sealed = new Uint8Array(PREFIX_LENGTH + body.length + blockCount * ENVELOPE_OVERHEAD);
  const view = new DataView(sealed.buffer);
  sealed[0] = LAYOUT_VERSION;
  sealed[1] = ENVELOPE_KIND.record;
  view.setUint16(2, SCHEMA_VERSION);
  view.setBigUint64(4, BigInt(recordVersion));
  view.setUint32(12, blockCount);
  await forEachBlock(blockCount, async (blockIndex) => {
    const block = body.subarray(blockIndex * BLOCK_LENGTH, (blockIndex + 1) * BLOCK_LENGTH);
    const envelope = await seal(key, block, blockAad(key, owner, recordVersion, blockIndex, blockCount));
    sealed.set(envelope, PREFIX_LENGTH + blockIndex * SEALED_BLOCK_LENGTH);
  });
  body.fill(0);
  return sealed;
}

/** The value and its version. Throws `EnvelopeRejectedError` unless it is, bit for bit, what was sealed for `owner`. */
export async function openRecord(
  key: SealingKey,
  owner: RecordOwner,
  sealed: Uint8Array,
): Promise<{ readonly value: Bytes; readonly recordVersion: number }> {
  const recordVersion = versionOf(sealed);
  const blockCount = viewOf(sealed).getUint32(12);
  const bodyLength = sealed.length - PREFIX_LENGTH - blockCount * ENVELOPE_OVERHEAD;
  const isWhole =
    sealed[1] === ENVELOPE_KIND.record &&
    viewOf(sealed).getUint16(2) === SCHEMA_VERSION &&
    bodyLength > 0 &&
    Math.ceil(bodyLength / BLOCK_LENGTH) === blockCount;
  if (!isWhole) throw rejected();
  const openBlock = (blockIndex: number): Promise<Bytes> => {
    const start = PREFIX_LENGTH + blockIndex * SEALED_BLOCK_LENGTH;
    const envelope = sealed.subarray(start, start + SEALED_BLOCK_LENGTH);
    return open(key, envelope, blockAad(key, owner, recordVersion, blockIndex, blockCount));
  };
  // The first block says how long the value is; the others need not wait for it to be opened.
  const first = openBlock(0);
  const reading = first.then((block) => new BodyReader(bodyLength, block));
  await forEachBlock(blockCount, async (blockIndex) => {
    const [reader, block] = await Promise.all([reading, blockIndex === 0 ? first : openBlock(blockIndex)]);
    reader.take(block, blockIndex * BLOCK_LENGTH);
  });
  const reader = await reading;
  return { value: await reader.finish(), recordVersion };
}

/**
 * The version a sealed record claims; not authenticated until it is opened. Throws `EnvelopeRejectedError` when the
 * bytes are no sealed record at all.
 */
export function versionOf(sealed: Uint8Array): number {
  if (sealed.length <= PREFIX_LENGTH || sealed[0] !== LAYOUT_VERSION) throw rejected();
  const recordVersion = Number(viewOf(sealed).getBigUint64(4));
  if (!Number.isSafeInteger(recordVersion)) throw rejected();
  return recordVersion;
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

function blockAad(
  key: SealingKey,
  owner: RecordOwner,
  recordVersion: number,
  blockIndex: number,
  blockCount: number,
): Bytes {
  return recordAad({
    ...owner,
    recordVersion: BigInt(recordVersion),
    schemaVersion: SCHEMA_VERSION,
    epoch: key.epoch,
    kind: ENVELOPE_KIND.record,
    blockIndex,
    blockCount,
  });
}

async function forEachBlock(blockCount: number, work: (blockIndex: number) => Promise<void>): Promise<void> {
  let next = 0;
  const lane = async (): Promise<void> => {
    while (next < blockCount) await work(next++);
  };
  await Promise.all(Array.from({ length: Math.min(blockCount, CONCURRENT_BLOCKS) }, lane));
}
