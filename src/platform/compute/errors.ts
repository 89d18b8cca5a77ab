import { APP_ERRORS, AppError } from '../../domain/errors.ts';

/** What of an error crosses a thread: everything else is lost on the way (Comlink keeps these three as well). */
export interface ErrorRecord {
  readonly name: string;
  readonly message: string;
  readonly stack?: string;
}

/** An error as plain fields for `postMessage`, which would itself reset a custom `name` to `Error`. */
export function errorRecord(thrown: unknown): ErrorRecord {
  if (thrown instanceof Error || isErrorLike(thrown)) {
    const { name, message, stack } = thrown;
    return { name, message, ...(stack === undefined ? {} : { stack }) };
  }
  return { name: 'AppError', message: String(thrown) };
}

/**
 * The one place where what a thread threw becomes an error of its class again, by `name`. An error that already has
 * a class of ours comes back as it is; an abort becomes a `DOMException` named `AbortError`; an unknown name keeps it.
 * The far side's stack is kept as the `cause`'s.
 */
export function reviveError(thrown: unknown): Error {
  if (thrown instanceof AppError || thrown instanceof DOMException) return thrown;
  const { name, message, stack } = errorRecord(thrown);
  const cause = Object.assign(new Error(message), { name, ...(stack === undefined ? {} : { stack }) });
  // A name is untrusted text: `constructor` and its like are not entries of the table.
  const AppErrorClass = Object.hasOwn(APP_ERRORS, name) ? APP_ERRORS[name] : undefined;
  if (AppErrorClass) return new AppErrorClass(message, { cause });
  if (name === 'AbortError' || name === 'TimeoutError') return new DOMException(message, name);
  return thrown instanceof Error ? thrown : cause;
}

function isErrorLike(thrown: unknown): thrown is ErrorRecord {
  return (
    typeof thrown === 'object' &&
    thrown !== null &&
    'name' in thrown &&
    typeof thrown.name === 'string' &&
    'message' in thrown &&
    typeof thrown.message === 'string' &&
    (!('stack' in thrown) || thrown.stack === undefined || typeof thrown.stack === 'string')
  );
}
