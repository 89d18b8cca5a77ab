/**
 * Broken promises. Expected outcomes are unions named after the thing; what is thrown is an `AppError`.
 * `name` and `code` are stable: `name` is what survives Comlink, so errors are revived by it in one place
 * (`platform/compute/errors.ts`). `message` is written for the user: what happened, what it means for
 * their data, what to do.
 */
export class AppError extends Error {
  override readonly name: string = 'AppError';
  readonly code: string = 'app/unexpected';
}

export class VaultLockedError extends AppError {
  override readonly name = 'VaultLockedError';
  override readonly code = 'vault/locked';
}

/** The bytes are not what was sealed here: changed, moved, truncated, or sealed under another key. */
export class EnvelopeRejectedError extends AppError {
  override readonly name = 'EnvelopeRejectedError';
  override readonly code = 'vault/envelope-rejected';
}

/** The vault's header is damaged, or asks for key derivation outside the accepted floor and ceiling. */
export class VaultHeaderError extends AppError {
  override readonly name = 'VaultHeaderError';
  override readonly code = 'vault/header';
}

export class StorageFullError extends AppError {
  override readonly name = 'StorageFullError';
  override readonly code = 'storage/full';
}

/** The browser refused or lost the database: private mode, a blocked upgrade, a closed connection. */
export class StorageUnavailableError extends AppError {
  override readonly name = 'StorageUnavailableError';
  override readonly code = 'storage/unavailable';
}

/** Another tab holds this vault. */
export class VaultHeldError extends AppError {
  override readonly name = 'VaultHeldError';
  override readonly code = 'vault/held-elsewhere';
}

/** The thread that would hold the keys is not kept from contacting strangers, so it opens nothing. */
export class PolicyNotEnforcedError extends AppError {
  override readonly name = 'PolicyNotEnforcedError';
  override readonly code = 'vault/policy-not-enforced';
}

export class ModelUnavailableError extends AppError {
  override readonly name = 'ModelUnavailableError';
  override readonly code = 'model/unavailable';
}

export class WorkerCrashedError extends AppError {
  override readonly name = 'WorkerCrashedError';
  override readonly code = 'compute/worker-crashed';
}

export class NotFoundError extends AppError {
  override readonly name = 'NotFoundError';
  override readonly code = 'app/not-found';
}

export class InvalidInputError extends AppError {
  override readonly name = 'InvalidInputError';
  override readonly code = 'app/invalid-input';
}

/** Every class above by its name, for reviving an error that crossed a thread. */
export const APP_ERRORS: Readonly<Record<string, new (message?: string, options?: ErrorOptions) => AppError>> = {
  AppError,
  VaultLockedError,
  EnvelopeRejectedError,
  VaultHeaderError,
  StorageFullError,
  StorageUnavailableError,
  VaultHeldError,
  PolicyNotEnforcedError,
  ModelUnavailableError,
  WorkerCrashedError,
  NotFoundError,
  InvalidInputError,
};

/** For the arm of an exhaustive `switch` that cannot be reached. */
export function assertNever(value: never): never {
  throw new AppError(`Unexpected value: ${JSON.stringify(value)}`);
}
