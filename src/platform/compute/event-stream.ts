import { WorkerCrashedError } from '../../domain/errors.ts';
import { errorRecord, reviveError, type ErrorRecord } from './errors.ts';
import { presenceLock, watchThread } from './thread-presence.ts';

/**
 * Streams of events across a MessagePort, as async iterables on both sides; in a window, a worker and Node alike.
 *
 * The reader grants credits, the server sends no more events than it has credits for and does not ask its source
 * for the next one before; events of one tick travel in one message. Ending the iteration on the reading side, by
 * `break` or by its signal, aborts the signal on the serving side. Both ports are closed at the end.
 */

type ServerMessage<E> =
  | { readonly type: 'presence'; readonly lock: string }
  | { readonly type: 'events'; readonly events: readonly E[] }
  | { readonly type: 'end' }
  | { readonly type: 'error'; readonly error: ErrorRecord };

type ReaderMessage = { readonly type: 'credit'; readonly count: number } | { readonly type: 'cancel' };

/** Events in flight or waiting at the reader. */
const CREDIT_WINDOW = 128;

/**
 * Runs `run` and sends its events through `port`, which it owns from now on. `run`'s signal aborts when the reader
 * stops or disappears. An error that `run` throws is thrown at the reader, by its name.
 */
export function serveEvents<E>(port: MessagePort, run: (signal: AbortSignal) => AsyncIterable<E>): void {
  const controller = new AbortController();
  const { signal } = controller;
  let credits = CREDIT_WINDOW;
  let wake = (): void => undefined;
  let batch: E[] = [];
  let timer: ReturnType<typeof setTimeout> | undefined;

  const send = (message: ServerMessage<E>): void => {
    port.postMessage(message);
  };
  const flush = (): void => {
    clearTimeout(timer);
    timer = undefined;
    if (batch.length === 0) return;
    const events = batch;
    batch = [];
    send({ type: 'events', events });
  };
  /** Sends what waits. An event that cannot be cloned ends the stream with the browser's own error. */
  const flushOrFail = (): void => {
    try {
      flush();
    } catch (error) {
      send({ type: 'error', error: errorRecord(error) });
      stop();
    }
  };
  const stop = (): void => {
    if (!signal.aborted) controller.abort(new DOMException('The reader stopped listening.', 'AbortError'));
    wake();
  };
  port.addEventListener('message', ({ data }: MessageEvent<ReaderMessage>) => {
    if (data.type === 'cancel') {
      stop();
    } else {
      credits += data.count;
      wake();
    }
  });
  port.addEventListener('close', stop);
  port.start();
  void presenceLock().then((lock) => {
    if (lock !== undefined && !signal.aborted) send({ type: 'presence', lock });
  });

  const pump = async (): Promise<void> => {
    for await (const event of run(signal)) {
      if (signal.aborted) return;
      batch.push(event);
      credits--;
      timer ??= setTimeout(flushOrFail, 0);
      while (credits <= 0 && !signal.aborted) {
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
    }
    flush();
    if (!signal.aborted) send({ type: 'end' });
  };

  void pump()
    .catch((error: unknown) => {
      // Once the reader has gone, an error is the abort it asked for, and nobody is there to be told.
      if (signal.aborted) return;
      flushOrFail();
      send({ type: 'error', error: errorRecord(error) });
    })
    .finally(() => {
      clearTimeout(timer);
      port.close();
    });
}

/**
 * The events of the stream that the other end of `port` serves; the port is owned from now on. One pass only.
 * Throws what the server threw, revived by name; `signal.reason` when the signal aborts; `WorkerCrashedError` when
 * the serving thread disappears.
 */
export function readEvents<E>(
  port: MessagePort,
  options: { readonly signal?: AbortSignal } = {},
): AsyncIterableIterator<E> {
  return new EventReader<E>(port, options.signal);
}

/**
 * Makes a channel, hands one end to `start` (which transfers it to the serving thread) and reads the other. An
 * error that `start` throws ends the stream with it, revived by name.
 */
export function requestEvents<E>(
  start: (port: MessagePort) => void | Promise<void>,
  options: { readonly signal?: AbortSignal } = {},
): AsyncIterableIterator<E> {
  const { port1, port2 } = new MessageChannel();
  const reader = new EventReader<E>(port1, options.signal);
  const run = async (): Promise<void> => {
    await start(port2);
  };
  run().catch((error: unknown) => {
    reader.fail(reviveError(error));
  });
  return reader;
}

/** By hand and not as a generator: `return()` of a generator would wait for a `next()` that may never settle. */
class EventReader<E> implements AsyncIterableIterator<E> {
  readonly #port: MessagePort;
  readonly #signal: AbortSignal | undefined;
  readonly #events: E[] = [];
  readonly #waiting: { resolve: (result: IteratorResult<E>) => void; reject: (error: Error) => void }[] = [];
  /** Ends the watch over the serving thread. */
  readonly #watch = new AbortController();
  #consumed = 0;
  #isClosed = false;
  #error: Error | undefined;

  constructor(port: MessagePort, signal: AbortSignal | undefined) {
    this.#port = port;
    this.#signal = signal;
    port.addEventListener('message', this.#onMessage);
    port.addEventListener('close', this.#onServerGone);
    port.start();
    if (signal?.aborted) this.#onAbort();
    else signal?.addEventListener('abort', this.#onAbort);
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  next(): Promise<IteratorResult<E>> {
    const event = this.#take();
    if (event) return Promise.resolve(event);
    if (this.#error) {
      const error = this.#error;
      this.#error = undefined;
      return Promise.reject(error);
    }
    if (this.#isClosed) return Promise.resolve({ done: true, value: undefined });
    return new Promise((resolve, reject) => {
      this.#waiting.push({ resolve, reject });
    });
  }

  return(): Promise<IteratorResult<E>> {
    this.#cancel();
    this.#settle(undefined);
    return Promise.resolve({ done: true, value: undefined });
  }

  /** Ends the stream with `error`, which is thrown once the events that came before it are read. */
  fail(error: Error): void {
    if (this.#isClosed) return;
    this.#cancel();
    this.#settle(error);
  }

  readonly #onMessage = ({ data }: MessageEvent<ServerMessage<E>>): void => {
    if (this.#isClosed) return;
    switch (data.type) {
      case 'presence':
        watchThread(data.lock, this.#onServerGone, this.#watch.signal);
        break;
      case 'events':
        this.#events.push(...data.events);
        for (let event; this.#waiting.length > 0 && (event = this.#take());) this.#waiting.shift()?.resolve(event);
        break;
      case 'end':
        this.#close();
        this.#settle(undefined);
        break;
      case 'error':
        this.#close();
        this.#settle(reviveError(data.error));
        break;
    }
  };

  readonly #onServerGone = (): void => {
    this.fail(
      new WorkerCrashedError('A background task of the app stopped unexpectedly. What was saved is safe; try again.'),
    );
  };

  readonly #onAbort = (): void => {
    const reason: unknown = this.#signal?.reason;
    this.#events.length = 0;
    this.fail(reason instanceof Error ? reason : new DOMException('Cancelled.', 'AbortError'));
  };

  #take(): IteratorYieldResult<E> | undefined {
    if (this.#events.length === 0) return undefined;
    const [value] = this.#events.splice(0, 1) as [E];
    this.#consumed++;
    if (this.#consumed >= CREDIT_WINDOW / 2 && !this.#isClosed) {
      this.#send({ type: 'credit', count: this.#consumed });
      this.#consumed = 0;
    }
    return { done: false, value };
  }

  /** Wakes whoever waits; an error nobody waits for is kept for the next `next()`. */
  #settle(error: Error | undefined): void {
    const first = error === undefined ? undefined : this.#waiting.shift();
    if (error !== undefined) {
      if (first) first.reject(error);
      else this.#error = error;
    }
    for (const { resolve } of this.#waiting.splice(0)) resolve({ done: true, value: undefined });
  }

  #cancel(): void {
    if (this.#isClosed) return;
    this.#send({ type: 'cancel' });
    this.#close();
    this.#events.length = 0;
  }

  #close(): void {
    this.#isClosed = true;
    this.#watch.abort();
    this.#signal?.removeEventListener('abort', this.#onAbort);
    this.#port.removeEventListener('message', this.#onMessage);
    this.#port.removeEventListener('close', this.#onServerGone);
    this.#port.close();
  }

  #send(message: ReaderMessage): void {
    this.#port.postMessage(message);
  }
}
