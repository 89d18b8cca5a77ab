import type { ContentIdentity, DocumentId, VersionId } from './ids.ts';
import type { DocumentFormat, ExtractProblem, ExtractWarning } from './extracted.ts';

/**
 * How far a document has come. `staged`: its bytes are sealed in the vault, nothing is read yet.
 * `searchable`: found by words; vectors still to come. `ready`: by words and meaning (or no model is set).
 */
export type DocumentStatus = 'staged' | 'searchable' | 'ready' | 'failed';

/** A source the person gave us. Its current content is one `DocumentVersion`; older ones are kept for citations. */
export interface SourceDocument {
  readonly documentId: DocumentId;
  /** Path inside the dropped folder, with `/`, or just the file's name. Unique in a library. */
  readonly path: string;
  readonly title: string;
  readonly status: DocumentStatus;
  readonly currentVersionId: VersionId;
  /** Sealed bytes that wait to be read: the first version, or a newer one while the current still answers. */
  readonly pendingVersionId?: VersionId;
  readonly format?: DocumentFormat;
  readonly sizeBytes: number;
  readonly addedAt: number;
  readonly updatedAt: number;
  /** When the source says it was written, else when its file was last changed. Absent before it was read. */
  readonly datedAt?: number;
  readonly tags: readonly string[];
  readonly chunkCount: number;
  readonly pageCount?: number;
  readonly warnings: readonly ExtractWarning[];
  readonly problem?: ExtractProblem;
}

/** One content of a document. Its bytes and extracted text are sealed beside it under the version's id. */
export interface DocumentVersion {
  readonly versionId: VersionId;
  readonly documentId: DocumentId;
  /** Keyed hash of the source bytes: the same file dropped again is recognised by it. */
  readonly contentIdentity: ContentIdentity;
  readonly sizeBytes: number;
  readonly fileModifiedAt: number;
  readonly createdAt: number;
}
