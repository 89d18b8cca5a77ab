import { AppError, StorageFullError, StorageUnavailableError } from '../../domain/errors.ts';

/**
 * Whether the connection, not the operation, failed, so that a new one may serve. `InvalidStateError`: it is closed
 * or closing. `AbortError`: it was closed under a running transaction. `UnknownError`: Safari's "Connection to
 * Indexed Database server lost", and Chromium's storage process starting anew.
 */
export function isConnectionLost(error: unknown): boolean {
  return ['InvalidStateError', 'AbortError', 'UnknownError'].includes(nameOf(error));
}

/** Whether the browser does not let this page have a database at all, as some do in private windows. */
export function isRefused(error: unknown): boolean {
  const cause = error instanceof AppError ? error.cause : error;
  return ['SecurityError', 'NotAllowedError', 'InvalidStateError', 'NotSupportedError'].includes(nameOf(cause));
}

/** Any failure of IndexedDB as one of ours, in words for the person. */
export function storageError(error: unknown): AppError {
  if (error instanceof AppError) return error;
  switch (nameOf(error)) {
    case 'QuotaExceededError':
      return new StorageFullError(
        'There is no room left for this in the browser’s storage. What was saved before is safe; this last step was ' +
          'not saved. Free some space on the device or delete documents, then try again.',
        { cause: error },
      );
    case 'VersionError':
      return new StorageUnavailableError(
        'This library was last opened by a newer version of the app. Nothing was changed. Reload to get that version.',
        { cause: error },
      );
    default:
      return new StorageUnavailableError(
        'The browser’s database could not be used just now, so the last step was not saved. What was saved before is ' +
          'not affected. Try again; if it happens again, restart the browser.',
        { cause: error },
      );
  }
}

function nameOf(error: unknown): string {
  return error instanceof Error || error instanceof DOMException ? error.name : '';
}
