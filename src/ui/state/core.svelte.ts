import { transfer, wrap, type Remote } from 'comlink';
import { AppError } from '../../domain/errors.ts';
import { reviveError } from '../../platform/compute/errors.ts';
import type { CoreApi } from '../../../workers/core/api.ts';

/** `CoreApi` as the window calls it: every answer is a promise and every error an `AppError`. */
export type Core = {
  readonly [Name in keyof CoreApi]: (...args: Parameters<CoreApi[Name]>) => Promise<Awaited<ReturnType<CoreApi[Name]>>>;
};

/** The core worker's life: started once per page, ended by a lock. A terminated connection is not used again. */
export class CoreConnection {
  readonly core: Core;
  readonly #worker: Worker;

  constructor(onCrash: (error: AppError) => void) {
    this.#worker = new Worker(new URL('../../../workers/core/core.worker.ts', import.meta.url), {
      type: 'module',
      name: 'core',
    });
    this.#worker.addEventListener('error', (event) => {
      onCrash(new AppError(event.message || 'The part of the app that holds your library stopped.'));
    });
    this.core = revivingErrors(wrap<CoreApi>(this.#worker));
  }

  /** Ends the worker at once, and with it every key and index it held. */
  terminate(): void {
    this.#worker.terminate();
  }
}

type AnyCall = (...args: unknown[]) => Promise<unknown>;

function revivingErrors(remote: Remote<CoreApi>): Core {
  const calls = new Proxy({} as Core, {
    get: (_, name: keyof CoreApi) => {
      const call = remote[name] as unknown as AnyCall;
      return async (...args: unknown[]): Promise<unknown> => {
        try {
          return await call(...args.map(transferringPorts));
        } catch (error) {
          throw reviveError(error);
        }
      };
    },
  });
  return calls;
}

function transferringPorts(argument: unknown): unknown {
  return argument instanceof MessagePort ? transfer(argument, [argument]) : argument;
}
