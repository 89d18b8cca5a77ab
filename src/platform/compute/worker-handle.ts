import { wrap } from 'comlink';
import { WorkerCrashedError } from '../../domain/errors.ts';
import { reviveError } from './errors.ts';

/** The part of a `Worker` that is used here, so that Node's threads can stand in for it in tests. */
export type WorkerLike = Pick<Worker, 'postMessage' | 'addEventListener' | 'removeEventListener' | 'terminate'>;

export interface WorkerHandleOptions {
  /** What the worker does, for the user: "reading files". Used in messages; the default is "working". */
  readonly task?: string;
  /** How long the worker's script may take to load and answer. A blocked script gives no event at all. */
  readonly startTimeoutMs?: number;
  /** Terminates the worker after this long without a call. Absent: never. */
  readonly idleTimeoutMs?: number;
}

export interface CallOptions {
  readonly signal?: AbortSignal;
  /** The worker is terminated when the call takes longer, which then throws a `TimeoutError`. Absent: no limit. */
  readonly timeoutMs?: number;
  /**
   * What an abort does. `terminate` (default) ends the worker at once, and with it every other pending call;
   * `abandon` lets the call run on and drops what it returns.
   */
  readonly onAbort?: 'terminate' | 'abandon';
}

/** The worker's API as seen from outside: every method answers with a promise. Comlink's own type splits unions apart. */
export type RemoteApi<Api> = {
  readonly [Name in keyof Api]: Api[Name] extends (...args: infer Arguments) => infer Answer
    ? (...args: Arguments) => Promise<Awaited<Answer>>
    : never;
};

const DEFAULT_START_TIMEOUT_MS = 30_000;

/**
 * One compute worker: started at the first call, ended by `terminate`, an abort, a time-out, a crash or idleness,
 * and started anew by the next call. Its memory is lost each time; `generation` tells when.
 */
export class WorkerHandle<Api extends object> {
  readonly #spawn: () => WorkerLike;
  readonly #options: WorkerHandleOptions & { readonly task: string };
  #running: { readonly worker: WorkerLike; readonly api: RemoteApi<Api> } | undefined;
  readonly #pending = new Set<(error: Error) => void>();
  #startTimer: ReturnType<typeof setTimeout> | undefined;
  #idleTimer: ReturnType<typeof setTimeout> | undefined;
  #generation = 0;
  #isDisposed = false;

  constructor(spawn: () => WorkerLike, options: WorkerHandleOptions = {}) {
    this.#spawn = spawn;
    this.#options = { task: 'working', ...options };
  }

  get isRunning(): boolean {
    return this.#running !== undefined;
  }

  /** How many workers have ended; when it has grown, what the worker had in memory is gone. */
  get generation(): number {
    return this.#generation;
  }

  /**
   * Calls the worker. Throws what the worker threw, as its own class; `signal.reason` on abort; a
   * `TimeoutError`; `WorkerCrashedError` when the worker fails to start, crashes or is terminated.
   */
  async call<Result>(
    run: (api: RemoteApi<Api>) => Promise<Result>,
    { signal, timeoutMs, onAbort = 'terminate' }: CallOptions = {},
  ): Promise<Result> {
    signal?.throwIfAborted();
    const api = this.start();
    clearTimeout(this.#idleTimer);

    return new Promise<Result>((resolve, reject) => {
      const settle = (): void => {
        this.#pending.delete(fail);
        clearTimeout(timer);
        signal?.removeEventListener('abort', abort);
        this.#watchIdleness();
      };
      const fail = (error: Error): void => {
        settle();
        reject(error);
      };
      const abort = (): void => {
        fail(abortReason(signal));
        if (onAbort === 'terminate') this.terminate();
      };
      const timer =
        timeoutMs === undefined
          ? undefined
          : setTimeout(() => {
              const { task } = this.#options;
              fail(
                new DOMException(
                  `The app gave up ${task} because it took too long. Your library is safe.`,
                  'TimeoutError',
                ),
              );
              this.terminate();
            }, timeoutMs);
      this.#pending.add(fail);
      signal?.addEventListener('abort', abort);
      run(api).then(
        (result) => {
          settle();
          resolve(result);
        },
        (error: unknown) => {
          fail(reviveError(error));
        },
      );
    });
  }

  /** Starts the worker before its first call, so that it is there sooner. */
  start(): RemoteApi<Api> {
    if (this.#isDisposed) throw new WorkerCrashedError(`The app has stopped ${this.#options.task}.`);
    this.#running ??= this.#spawnWorker();
    return this.#running.api;
  }

  /** Ends the worker and rejects its pending calls. The next call starts a new one. */
  terminate(): void {
    this.#end(`The app stopped ${this.#options.task}. Your library is safe.`);
  }

  /** Ends the worker for good: later calls are refused. */
  dispose(): void {
    this.#isDisposed = true;
    this.terminate();
  }

  #spawnWorker(): { readonly worker: WorkerLike; readonly api: RemoteApi<Api> } {
    const worker = this.#spawn();
    const crash = (event: Event): void => {
      event.preventDefault();
      if (this.#running?.worker !== worker) return;
      const detail = 'message' in event && typeof event.message === 'string' ? event.message : event.type;
      this.#end(
        `A part of the app that was ${this.#options.task} stopped unexpectedly. Your library is safe; try again.`,
        new Error(detail),
      );
    };
    worker.addEventListener('error', crash);
    worker.addEventListener('messageerror', crash);
    const api = wrap(worker as Worker) as unknown as RemoteApi<Api>;
    this.#startTimer = setTimeout(() => {
      this.#end(
        `A part of the app, for ${this.#options.task}, could not be started. Your library is safe. ` +
          'Reload the page; if that does not help, check your connection and whether an extension blocks scripts.',
      );
    }, this.#options.startTimeoutMs ?? DEFAULT_START_TIMEOUT_MS);
    const timer = this.#startTimer;
    // Any property, there or not, is answered as soon as the worker's script has run.
    void (api as unknown as Record<string, PromiseLike<unknown>>)['isStarted']?.then(() => {
      clearTimeout(timer);
    });
    return { worker, api };
  }

  #end(message: string, cause?: Error): void {
    clearTimeout(this.#startTimer);
    clearTimeout(this.#idleTimer);
    if (this.#running) {
      this.#running.worker.terminate();
      this.#generation++;
    }
    this.#running = undefined;
    const error = new WorkerCrashedError(message, cause ? { cause } : undefined);
    for (const fail of [...this.#pending]) fail(error);
    clearTimeout(this.#idleTimer);
  }

  #watchIdleness(): void {
    const { idleTimeoutMs } = this.#options;
    if (idleTimeoutMs === undefined || this.#pending.size > 0 || !this.#running) return;
    clearTimeout(this.#idleTimer);
    this.#idleTimer = setTimeout(() => {
      this.terminate();
    }, idleTimeoutMs);
  }
}

function abortReason(signal: AbortSignal | undefined): Error {
  const reason: unknown = signal?.reason;
  return reason instanceof Error ? reason : new DOMException('Cancelled.', 'AbortError');
}
