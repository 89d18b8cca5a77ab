import { EnvelopeRejectedError } from '../../domain/errors.ts';
import type { UnlockSecret } from '../../domain/vault.ts';
import { concatBytes, equalBytes } from '../../platform/crypto/bytes.ts';
import { decryptStream } from '../../platform/crypto/cobblestone.ts';
import { decodeHeader, HEADER_RECORD_ID } from '../../platform/crypto/vault-header.ts';
import type { RecordStore, Write } from '../../platform/storage/record-store.ts';
import { vaultOf, type OpenVault } from '../vault/open-vault.ts';
import { keysBehind, type DeriveKey } from '../vault/vault.ts';
import {
  backupContext,
  damagedBackup,
  readFrame,
  readHead,
  type BackupEnd,
  type BackupInfo,
  type BackupRecord,
  type ReadHead,
} from './backup-file.ts';
import { ByteReader } from './byte-reader.ts';
import { ContentDigest } from './content-digest.ts';

/** A backup whose head was read: what can be said of it before it is unlocked, and the way on. */
export interface BackupReader {
  readonly createdAt: number;
  readonly hasRecoveryCode: boolean;
  readonly head: ReadHead;
  readonly bytes: ByteReader;
}

export interface RestoredBackup {
  readonly info: BackupInfo;
  readonly createdAt: number;
  readonly end: BackupEnd;
}

export type RestoreOutcome =
  ({ readonly kind: 'restored'; readonly vault: OpenVault } & RestoredBackup) | { readonly kind: 'wrong-secret' };

/** Bytes of records committed to the staging store at a time. */
const BATCH_BYTES = 4 * 1024 * 1024;

/** Reads the front of a file. Throws `InvalidInputError` when it is no backup, `VaultHeaderError` when its lock is damaged. */
export async function openBackup(file: AsyncIterable<Uint8Array>): Promise<BackupReader> {
  const bytes = new ByteReader(file, damagedBackup);
  const head = await readHead(bytes.take);
  const { header } = await decodeHeader(head.vaultHeader);
  return {
    createdAt: head.createdAt,
    hasRecoveryCode: header.slots.some(({ kind }) => kind === 'recovery'),
    head,
    bytes,
  };
}

/**
 * Reads a whole backup into an empty `staging` store and gives back the vault in it. `secret` is the passphrase or
 * recovery code as they were when the backup was made. Throws `InvalidInputError` for a file that is damaged, changed or cut
 * off anywhere; what is in `staging` then is good for nothing.
 */
export async function restoreBackup(
  { head, bytes }: BackupReader,
  secret: UnlockSecret,
  derive: DeriveKey,
  staging: RecordStore,
  { signal, onProgress }: { readonly signal: AbortSignal; readonly onProgress?: (recordCount: number) => void },
): Promise<RestoreOutcome> {
  const keys = await keysBehind(await decodeHeader(head.vaultHeader), secret, derive);
  if (keys === undefined) return { kind: 'wrong-secret' };
  const vault = vaultOf(staging, keys);
  let writes: Write[] = [];
  let waiting = 0;
  let recordCount = 0;
  const flush = async (): Promise<void> => {
    await vault.store.commit(writes);
    recordCount += writes.length;
    writes = [];
    waiting = 0;
    onProgress?.(recordCount);
  };
  const read = await readPayload({ head, bytes }, vault, async (record) => {
    signal.throwIfAborted();
    writes.push({ kind: 'put', ...record });
    waiting += record.value.length;
    if (waiting >= BATCH_BYTES) await flush();
  });
  await flush();
  // The header comes last: what was not read to its end is no library that anybody could unlock.
  await staging.commit([{ kind: 'put', store: 'meta', id: HEADER_RECORD_ID, value: head.vaultHeader }]);
  return { kind: 'restored', vault, createdAt: head.createdAt, ...read };
}

/**
 * Reads a backup of the open `vault` to its end and gives it no place: what `writeBackup` wrote is there, whole and
 * readable. Throws `InvalidInputError` where it is not.
 */
export async function verifyBackup(reader: BackupReader, vault: OpenVault): Promise<RestoredBackup> {
  const read = await readPayload(reader, vault, () => Promise.resolve());
  return { createdAt: reader.head.createdAt, ...read };
}

async function readPayload(
  { head, bytes }: Pick<BackupReader, 'head' | 'bytes'>,
  vault: OpenVault,
  onRecord: (record: BackupRecord) => Promise<void>,
): Promise<{ readonly info: BackupInfo; readonly end: BackupEnd }> {
  const { vaultId } = vault;
  try {
    const fileKey = await vault.unwrapFileKey(
      head.wrappedKey,
      await backupContext(vaultId, head.exportId, head.covered),
    );
    const context = await backupContext(vaultId, head.exportId, concatBytes([head.covered, head.wrappedKey]));
    const payload = new ByteReader(decryptStream({ key: fileKey, context }, bytes.rest()), damagedBackup);
    const first = await readFrame(payload.take);
    if (first.kind !== 'info') throw damagedBackup();
    const content = new ContentDigest();
    for (;;) {
      const frame = await readFrame(payload.take);
      if (frame.kind === 'info') throw damagedBackup();
      if (frame.kind === 'record') {
        await content.add(frame);
        const { store, id, value } = frame;
        await onRecord({ store, id, value });
        continue;
      }
      const found = await content.end();
      const isWhole = found.recordCount === frame.recordCount && equalBytes(found.digest, frame.digest);
      // The stream has to end here as well: only then has its last chunk been seen to be the last.
      for await (const extra of payload.rest()) if (extra.length > 0) throw damagedBackup();
      fileKey.fill(0);
      if (!isWhole) throw damagedBackup();
      return { info: first.info, end: found };
    }
  } catch (error) {
    if (error instanceof EnvelopeRejectedError) throw damagedBackup(error);
    throw error;
  }
}
