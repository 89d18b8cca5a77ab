import { documentsIn, compareLibraries } from '../../src/features/backup/compare-libraries.ts';
import { openBackup, restoreBackup, verifyBackup } from '../../src/features/backup/read-backup.ts';
import { writeBackup, type BackupProgress } from '../../src/features/backup/write-backup.ts';
import type { BackupEnd } from '../../src/features/backup/backup-file.ts';
import { EventQueue } from '../../src/features/knowledge/event-queue.ts';
import { SettingsRecord } from '../../src/features/settings/settings-record.ts';
import { deriveKey } from '../../src/platform/compute/compute-kdf.ts';
import type { BackupEvent, BackupSummary, RestoreEvent, UnlockSecret } from './api.ts';
import type { Session } from './session.ts';
import type { VaultDoor } from './vault-door.ts';

/** Parts of a file that nobody gave a place for: large enough that the browser keeps them on disk. */
const PART_BYTES = 8 * 1024 * 1024;

/** Writes the open library to `target`, or to a file that comes with the last event, and reads it back. */
export async function* backUp(
  session: Session,
  door: VaultDoor,
  target: FileSystemFileHandle | undefined,
  signal: AbortSignal,
): AsyncGenerator<BackupEvent, void, undefined> {
  const events = new EventQueue<BackupEvent>();
  // Nothing may change while the library is read, and the events of it are wanted meanwhile.
  void session.library
    .exclusively(() => writeAndVerify(session, door, target, signal, (event) => events.push(event)))
    .then(
      () => events.close(),
      (error: unknown) => events.fail(error),
    );
  yield* events;
}

async function writeAndVerify(
  session: Session,
  door: VaultDoor,
  target: FileSystemFileHandle | undefined,
  signal: AbortSignal,
  tell: (event: BackupEvent) => void,
): Promise<void> {
  const { vault, settings } = session;
  const { store } = await door.records();
  let end: (BackupEnd & { readonly damagedCount: number }) | undefined;
  const onProgress = ({ done, total }: BackupProgress): void => tell({ type: 'writing', done, total });
  const pieces = writeBackup(store, vault, {
    appVersion: __APP_VERSION__,
    now: Date.now,
    signal,
    onProgress,
    onEnd: (reached) => (end = reached),
  });
  const file = target === undefined ? await gather(pieces) : await writeTo(target, pieces);
  tell({ type: 'verifying' });
  const verified = await verifyBackup(await openBackup(file.stream()), vault);
  await settings.update((current) => ({ ...current, lastBackupAt: verified.createdAt }));
  tell({
    type: 'done',
    sizeBytes: file.size,
    recordCount: verified.end.recordCount,
    damagedCount: end?.damagedCount ?? 0,
    ...(target === undefined && { file }),
  });
}

/** The whole as one `Blob`, which the browser keeps on disk where it is large. */
async function gather(pieces: AsyncIterable<Uint8Array>): Promise<Blob> {
  const parts: Blob[] = [];
  let waiting: Uint8Array<ArrayBuffer>[] = [];
  let length = 0;
  for await (const piece of pieces) {
    waiting.push(new Uint8Array(piece));
    length += piece.length;
    if (length < PART_BYTES) continue;
    parts.push(new Blob(waiting));
    waiting = [];
    length = 0;
  }
  return new Blob([...parts, ...waiting], { type: 'application/octet-stream' });
}

/** The browser puts the file in place when it is closed: until then, and if anything fails, what was there stays. */
async function writeTo(target: FileSystemFileHandle, pieces: AsyncIterable<Uint8Array>): Promise<File> {
  const writable = await target.createWritable();
  try {
    for await (const piece of pieces) await writable.write(new Uint8Array(piece));
  } catch (error) {
    await writable.abort(error);
    throw error;
  }
  await writable.close();
  return target.getFile();
}

export async function inspectBackup(file: Blob): Promise<BackupSummary> {
  const { createdAt, hasRecoveryCode } = await openBackup(file.stream());
  return { createdAt, hasRecoveryCode, sizeBytes: file.size };
}

/** Reads a backup into a store beside the library; `session` is the library that is open, if one is. */
export async function* stageBackup(
  door: VaultDoor,
  session: Session | undefined,
  file: Blob,
  secret: UnlockSecret,
  signal: AbortSignal,
): AsyncGenerator<RestoreEvent, void, undefined> {
  const events = new EventQueue<RestoreEvent>();
  void stage(door, session, file, secret, signal, (event) => events.push(event)).then(
    () => events.close(),
    async (error: unknown) => {
      try {
        await door.dropStaged();
      } catch (left) {
        console.warn('What an unfinished restore had written is still there; the next restore deletes it.', left);
      }
      events.fail(error);
    },
  );
  yield* events;
}

async function stage(
  door: VaultDoor,
  session: Session | undefined,
  file: Blob,
  secret: UnlockSecret,
  signal: AbortSignal,
  tell: (event: RestoreEvent) => void,
): Promise<void> {
  let readBytes = 0;
  const counted = file.stream().pipeThrough(
    new TransformStream<Uint8Array, Uint8Array>({
      transform: (chunk, controller) => {
        readBytes += chunk.length;
        controller.enqueue(chunk);
      },
    }),
  );
  const reader = await openBackup(counted);
  const staging = await door.stage();
  const onProgress = (): void => tell({ type: 'reading', readBytes });
  const outcome = await restoreBackup(reader, secret, deriveKey, staging, { signal, onProgress });
  if (outcome.kind === 'wrong-secret') {
    await door.dropStaged();
    tell({ type: 'wrong-secret' });
    return;
  }
  const { store } = outcome.vault;
  // A library that came out of a backup has one, which it could not know of when it went in.
  const settings = await SettingsRecord.open(store);
  await settings.update((current) => ({ ...current, lastBackupAt: outcome.createdAt }));
  const documents = await documentsIn(store);
  const conversationCount = (await store.listIds('conversations')).length;
  const here = session && !session.isSample ? await documentsIn(session.vault.store) : undefined;
  tell({
    type: 'staged',
    staged: {
      createdAt: outcome.createdAt,
      documentCount: documents.length,
      conversationCount,
      ...(here && { difference: compareLibraries(documents, here) }),
    },
  });
}
