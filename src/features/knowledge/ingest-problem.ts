import { StorageFullError } from '../../domain/errors.ts';

/** Why a file could not be taken in although nothing is wrong with its content. */
export function describeFailure(error: unknown): {
  kind: 'storage-full' | 'unreadable' | 'unexpected';
  message: string;
} {
  if (error instanceof StorageFullError) return { kind: 'storage-full', message: error.message };
  if (error instanceof DOMException && ['NotFoundError', 'NotReadableError'].includes(error.name)) {
    return {
      kind: 'unreadable',
      message:
        'The browser could not read this file: it was moved, changed or is in use. Nothing of it was taken in. Drop it again.',
    };
  }
  const message = error instanceof Error ? error.message : String(error);
  return {
    kind: 'unexpected',
    message: `This file could not be taken in (${message}). The rest goes on. Drop it again to retry.`,
  };
}
