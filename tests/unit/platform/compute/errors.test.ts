import { describe, expect, it } from 'vitest';
import { APP_ERRORS, AppError, StorageFullError } from '../../../../src/domain/errors.ts';
import { errorRecord, reviveError } from '../../../../src/platform/compute/errors.ts';

describe('reviveError', () => {
  it('gives every error of ours its class, code and message back after crossing a thread', () => {
    for (const [name, AppErrorClass] of Object.entries(APP_ERRORS)) {
      const crossed: unknown = structuredClone(errorRecord(new AppErrorClass('What to do.')));
      const revived = reviveError(crossed);
      expect(revived).toBeInstanceOf(AppErrorClass);
      expect(revived).toMatchObject({ name, message: 'What to do.' });
    }
  });

  it('revives what Comlink delivers: a plain error that carries only the name', () => {
    const delivered = Object.assign(new Error('Disk full.'), { name: 'StorageFullError' });
    expect(reviveError(delivered)).toMatchObject({ code: 'storage/full' });
    expect(reviveError(delivered)).toBeInstanceOf(StorageFullError);
  });

  it('keeps the far stack as the cause', () => {
    const revived = reviveError({ name: 'NotFoundError', message: 'gone', stack: 'far away' });
    expect(revived.cause).toMatchObject({ stack: 'far away' });
  });

  it('leaves an error that has its class alone', () => {
    const error = new StorageFullError('full');
    expect(reviveError(error)).toBe(error);
  });

  it('gives an abort the type that signals use', () => {
    const revived = reviveError({ name: 'AbortError', message: 'Stopped.' });
    expect(revived).toBeInstanceOf(DOMException);
    expect(revived.name).toBe('AbortError');
  });

  it('does not take a name like `constructor` or `__proto__` for a class', () => {
    for (const name of ['constructor', '__proto__', 'toString']) {
      expect(reviveError({ name, message: 'x' })).toMatchObject({ name, message: 'x' });
      expect(reviveError({ name, message: 'x' })).not.toBeInstanceOf(AppError);
    }
  });

  it('makes an error of anything else that was thrown', () => {
    expect(reviveError('just text')).toMatchObject({ name: 'AppError', message: 'just text' });
    expect(reviveError(undefined)).toBeInstanceOf(AppError);
  });
});
