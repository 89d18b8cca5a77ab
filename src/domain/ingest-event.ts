import type { DocumentId } from './ids.ts';
import type { ExtractProblem, ExtractWarning } from './extracted.ts';

/** What happens to one file on its way in. A file's last event is `unchanged`, `done`, `failed` or `cancelled`. */
export type IngestEvent =
  | { readonly type: 'waiting'; readonly path: string; readonly sizeBytes: number; readonly documentId?: DocumentId }
  /** The bytes are sealed in the vault: from here on a reload resumes it. */
  | { readonly type: 'staged'; readonly path: string; readonly documentId: DocumentId }
  | {
      readonly type: 'reading';
      readonly path: string;
      readonly documentId: DocumentId;
      readonly unit: 'page' | 'part';
      readonly done: number;
      readonly total: number;
    }
  | {
      readonly type: 'searchable';
      readonly path: string;
      readonly documentId: DocumentId;
      readonly chunkCount: number;
      readonly reusedCount: number;
    }
  | {
      readonly type: 'embedding';
      readonly path: string;
      readonly documentId: DocumentId;
      readonly done: number;
      readonly total: number;
    }
  | { readonly type: 'unchanged'; readonly path: string; readonly documentId: DocumentId }
  | {
      readonly type: 'done';
      readonly path: string;
      readonly documentId: DocumentId;
      readonly chunkCount: number;
      readonly warnings: readonly ExtractWarning[];
    }
  | {
      readonly type: 'failed';
      readonly path: string;
      readonly documentId?: DocumentId;
      readonly problem:
        ExtractProblem | { readonly kind: 'storage-full' | 'unreadable' | 'unexpected'; readonly message: string };
    }
  | { readonly type: 'cancelled'; readonly path: string };
