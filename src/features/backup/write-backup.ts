import type { RecordId } from '../../domain/ids.ts';
import { concatBytes } from '../../platform/crypto/bytes.ts';
import { encryptStream } from '../../platform/crypto/cobblestone.ts';
import { HEADER_RECORD_ID } from '../../platform/crypto/vault-header.ts';
import { STORE_NAMES, type RecordStore, type StoreName } from '../../platform/storage/record-store.ts';
import type { OpenVault } from '../vault/vault.ts';
import { VaultHeaderError } from '../../domain/errors.ts';
import {
  backupContext,
  encodeEnd,
  encodeHead,
  encodeInfo,
  encodeRecordHead,
  newExportId,
  newFileKey,
  type BackupEnd,
  type BackupRecord,
} from './backup-file.ts';
import { ContentDigest } from './content-digest.ts';

/** API keys stay on the device they were typed on. */
const LEFT_OUT: ReadonlySet<StoreName> = new Set(['secrets']);
/** Records asked for at once: kept files are large, everything else is small. */
const AT_ONCE: Readonly<Partial<Record<StoreName, number>>> = { sources: 1, vectors: 2, lexical: 2 };
const USUALLY_AT_ONCE = 32;

export interface BackupOptions {
  readonly appVersion: string;
  readonly now: () => number;
  readonly signal: AbortSignal;
  /** Told after each batch. */
  readonly onProgress?: (progress: BackupProgress) => void;
  /** Told once, before the file's last bytes. */
  readonly onEnd?: (end: BackupEnd & { readonly damagedCount: number }) => void;
}

export interface BackupProgress {
  readonly done: number;
  readonly total: number;
}

/**
 * A vault as a backup file, piece by piece: memory does not grow with the vault, only with its largest record. `raw` is the
 * store behind it, whose header goes into the file. Nothing may be written to the vault meanwhile. Damaged records are
 * left out and counted. Throws the signal's reason when it is aborted.
 */
export async function* writeBackup(
  raw: RecordStore,
  vault: OpenVault,
  options: BackupOptions,
): AsyncGenerator<Uint8Array, void, undefined> {
  const vaultHeader = await raw.find('meta', HEADER_RECORD_ID);
  if (vaultHeader === undefined) {
    throw new VaultHeaderError('This library lives in memory only and has no lock, so it cannot be backed up.');
  }
  const exportId = newExportId();
  const head = encodeHead({ vaultHeader, exportId, createdAt: options.now() });
  const fileKey = newFileKey();
  try {
    const wrapped = await vault.wrapFileKey(fileKey, await backupContext(vault.vaultId, exportId, head));
    const before = concatBytes([head, wrapped]);
    yield before;
    const context = await backupContext(vault.vaultId, exportId, before);
    yield* encryptStream({ key: fileKey, context }, payloadOf(vault.store, options));
  } finally {
    fileKey.fill(0);
  }
}

async function* payloadOf(store: RecordStore, options: BackupOptions): AsyncGenerator<Uint8Array, void, undefined> {
  const { appVersion, signal, onProgress, onEnd } = options;
  yield encodeInfo({ app: 'commonplace', appVersion, stores: STORE_NAMES });
  const idsByStore = new Map<StoreName, readonly RecordId[]>();
  for (const name of STORE_NAMES) {
    if (!LEFT_OUT.has(name)) idsByStore.set(name, (await store.listIds(name)).sort());
  }
  const total = [...idsByStore.values()].reduce((sum, ids) => sum + ids.length, 0);
  const content = new ContentDigest();
  let done = 0;
  let damagedCount = 0;
  for (const [name, ids] of idsByStore) {
    const step = AT_ONCE[name] ?? USUALLY_AT_ONCE;
    for (let first = 0; first < ids.length; first += step) {
      signal.throwIfAborted();
      const batch = ids.slice(first, first + step);
      const values = await store.findMany(name, batch, () => damagedCount++);
      for (const [index, id] of batch.entries()) {
        const value = values[index];
        if (value === undefined) continue;
        const record: BackupRecord = { store: name, id, value };
        await content.add(record);
        yield encodeRecordHead(record);
        yield value;
      }
      done += batch.length;
      onProgress?.({ done, total });
    }
  }
  const end = await content.end();
  onEnd?.({ ...end, damagedCount });
  yield encodeEnd(end);
}

/** What a vault holds, as `BackupEnd` would say of a backup of it. */
export async function digestOf(store: RecordStore): Promise<BackupEnd> {
  const content = new ContentDigest();
  for (const name of STORE_NAMES) {
    if (LEFT_OUT.has(name)) continue;
    for (const { id, value } of await store.list(name)) await content.add({ store: name, id, value });
  }
  return content.end();
}
