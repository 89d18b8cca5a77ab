import { ModelUnavailableError } from '../../src/domain/errors.ts';
import { unavailable, type NamedModel } from './model-files.ts';

/** What the library and the runtime throw, in the person's terms. */
export function explainFailure(model: NamedModel, error: unknown): Error {
  if (error instanceof ModelUnavailableError) return error;
  const text = error instanceof Error ? error.message : String(error);
  if (/no available backend/i.test(text)) {
    return unavailable(
      model,
      'the part of the app that runs models could not be loaded from this site',
      'Reload the page while you are online.',
      error,
    );
  }
  if (/file was not found|could not locate file/i.test(text)) {
    return unavailable(
      model,
      'some of its files are missing',
      'Add the model again from a complete folder, or choose another in settings.',
      error,
    );
  }
  if (error instanceof TypeError && /fetch|network|load failed/i.test(text)) {
    return unavailable(
      model,
      'one of its files could not be fetched, perhaps because this device went offline',
      'Try again when you are online.',
      error,
    );
  }
  if (error instanceof RangeError || /memory|allocat/i.test(text)) {
    return unavailable(
      model,
      'this device has not enough free memory for it',
      'Close other tabs, or choose a smaller model in settings.',
      error,
    );
  }
  return unavailable(
    model,
    'its files are damaged or made for another program',
    'Add the model again, or choose another in settings.',
    error,
  );
}
