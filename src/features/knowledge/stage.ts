import type { DocumentVersion, SourceDocument } from '../../domain/document.ts';
import type { ExtractProblem } from '../../domain/extracted.ts';
import { randomId } from '../../domain/ids.ts';
import type { DocumentId, VersionId } from '../../domain/ids.ts';
import type { IdentityOf, Library } from './library.ts';

/** A file as it comes in; the browser's `File` is one. */
export interface IncomingFile {
  readonly path: string;
  readonly file: {
    readonly size: number;
    readonly lastModified: number;
    readonly type: string;
    arrayBuffer(): Promise<ArrayBuffer>;
  };
}

export type StageOutcome =
  | { readonly kind: 'staged'; readonly document: SourceDocument }
  | { readonly kind: 'unchanged'; readonly document: SourceDocument }
  | { readonly kind: 'refused'; readonly problem: ExtractProblem };

/** Larger files are refused before they are read: see the limits on untrusted files. */
export const MAX_FILE_BYTES = 100 * 1024 * 1024;

/**
 * Seals a file's bytes in the vault as a pending version of its document. The same bytes under the same path change
 * nothing; other bytes wait as a newer version while the current one goes on answering.
 */
export async function stageFile(
  incoming: IncomingFile,
  deps: { readonly library: Library; readonly identityOf: IdentityOf; readonly now: () => number },
): Promise<StageOutcome> {
  const { library } = deps;
  if (incoming.file.size > MAX_FILE_BYTES) return { kind: 'refused', problem: tooLarge(incoming.file.size) };
  const bytes = new Uint8Array(await incoming.file.arrayBuffer());
  const contentIdentity = await deps.identityOf('source', bytes);
  const known = library.state.documentAtPath(incoming.path);
  if (known) {
    const version = await library.findVersion(known.pendingVersionId ?? known.currentVersionId);
    if (version?.contentIdentity === contentIdentity) {
      return { kind: known.pendingVersionId ? 'staged' : 'unchanged', document: known };
    }
  }
  const version: DocumentVersion = {
    versionId: randomId<VersionId>(),
    documentId: known?.documentId ?? randomId<DocumentId>(),
    contentIdentity,
    sizeBytes: bytes.length,
    fileModifiedAt: incoming.file.lastModified,
    createdAt: deps.now(),
  };
  const document: SourceDocument = known
    ? { ...known, pendingVersionId: version.versionId, updatedAt: deps.now() }
    : newDocument(incoming.path, version, deps.now());
  await library.stage(document, version, bytes);
  return { kind: 'staged', document };
}

function newDocument(path: string, version: DocumentVersion, now: number): SourceDocument {
  return {
    documentId: version.documentId,
    path,
    title: path.slice(path.lastIndexOf('/') + 1),
    status: 'staged',
    currentVersionId: version.versionId,
    pendingVersionId: version.versionId,
    sizeBytes: version.sizeBytes,
    addedAt: now,
    updatedAt: now,
    tags: [],
    chunkCount: 0,
    warnings: [],
  };
}

function tooLarge(sizeBytes: number): ExtractProblem {
  const megabytes = Math.ceil(sizeBytes / 1024 / 1024);
  return {
    kind: 'too-large',
    message: `This file is ${megabytes} MB; files up to 100 MB can be read. Nothing was taken in. Split it into smaller files and drop those.`,
  };
}

/** A cancelled document leaves no trace if it was new; a changed one goes on with the version it had. */
export async function unstage(document: SourceDocument, library: Library): Promise<void> {
  const { pendingVersionId, ...settled } = document;
  if (!pendingVersionId) return;
  if (document.status === 'staged') await library.remove(document.documentId);
  else if (pendingVersionId !== document.currentVersionId) await library.updateDocument(settled, [pendingVersionId]);
}
