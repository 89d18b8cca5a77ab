import { Worker } from 'node:worker_threads';
import { describe, expect, it } from 'vitest';
import { ModelUnavailableError, WorkerCrashedError } from '../../../../src/domain/errors.ts';
import { readEvents, requestEvents, serveEvents } from '../../../../src/platform/compute/event-stream.ts';

/** Resolves when `promise` has been told; the tests below wait for events, never for time. */
function deferred<T = void>(): { promise: Promise<T>; resolve: (value: T) => void } {
  let resolve: (value: T) => void = () => undefined;
  const promise = new Promise<T>((settle) => {
    resolve = settle;
  });
  return { promise, resolve };
}

async function collect<E>(events: AsyncIterable<E>): Promise<E[]> {
  const all: E[] = [];
  for await (const event of events) all.push(event);
  return all;
}

async function* count(upTo: number): AsyncGenerator<number> {
  for (let i = 0; i < upTo; i++) yield await Promise.resolve(i);
}

describe('event stream', () => {
  it('delivers every event in order and then ends', async () => {
    const events = requestEvents<number>((port) => {
      serveEvents(port, () => count(1000));
    });
    expect(await collect(events)).toEqual(Array.from({ length: 1000 }, (_, i) => i));
  });

  it('ends at once for a source without events', async () => {
    expect(
      await collect(
        requestEvents((port) => {
          serveEvents(port, () => count(0));
        }),
      ),
    ).toEqual([]);
  });

  it('sends the events of one tick in one message', async () => {
    const { port1, port2 } = new MessageChannel();
    const sizes: number[] = [];
    const ended = deferred();
    port1.addEventListener('message', ({ data }: MessageEvent<{ type: string; events?: unknown[] }>) => {
      if (data.type === 'events') sizes.push(data.events?.length ?? 0);
      if (data.type === 'end') ended.resolve();
    });
    port1.start();
    serveEvents(port2, () => count(100));
    await ended.promise;
    port1.close();
    expect(sizes).toEqual([100]);
  });

  it('aborts the serving side when the reader breaks off', async () => {
    const aborted = deferred<unknown>();
    const cleaned = deferred();
    async function* endless(signal: AbortSignal): AsyncGenerator<number> {
      signal.addEventListener('abort', () => {
        aborted.resolve(signal.reason);
      });
      try {
        for (let i = 0; ; i++) yield await Promise.resolve(i);
      } finally {
        cleaned.resolve();
      }
    }
    const seen: number[] = [];
    for await (const event of requestEvents<number>((port) => {
      serveEvents(port, endless);
    })) {
      seen.push(event);
      if (seen.length === 3) break;
    }
    expect(seen).toEqual([0, 1, 2]);
    expect(await aborted.promise).toMatchObject({ name: 'AbortError' });
    await cleaned.promise;
  });

  it('aborts both sides when the signal aborts, even while no event comes', async () => {
    const controller = new AbortController();
    const aborted = deferred();
    async function* silent(signal: AbortSignal): AsyncGenerator<string> {
      yield 'first';
      await new Promise<void>((resolve) => {
        signal.addEventListener('abort', () => {
          resolve();
        });
      });
      aborted.resolve();
    }
    const events = requestEvents<string>(
      (port) => {
        serveEvents(port, silent);
      },
      { signal: controller.signal },
    );
    const iterator = events[Symbol.asyncIterator]();
    expect(await iterator.next()).toEqual({ done: false, value: 'first' });
    const pending = iterator.next();
    controller.abort();
    await expect(pending).rejects.toMatchObject({ name: 'AbortError' });
    expect(await iterator.next()).toEqual({ done: true, value: undefined });
    await aborted.promise;
  });

  it('throws at once when the signal was aborted before', async () => {
    const reason = new DOMException('Stopped by you.', 'AbortError');
    const events = requestEvents(
      (port) => {
        serveEvents(port, () => count(5));
      },
      { signal: AbortSignal.abort(reason) },
    );
    await expect(collect(events)).rejects.toBe(reason);
  });

  it('delivers the events before an error and then throws it as its own class', async () => {
    async function* failing(): AsyncGenerator<number> {
      yield* count(2);
      throw new ModelUnavailableError('There is no model here.');
    }
    const seen: number[] = [];
    const reading = (async () => {
      for await (const event of requestEvents<number>((port) => {
        serveEvents(port, failing);
      }))
        seen.push(event);
    })();
    await expect(reading).rejects.toBeInstanceOf(ModelUnavailableError);
    await expect(reading).rejects.toThrow('There is no model here.');
    expect(seen).toEqual([0, 1]);
  });

  it('throws what starting threw', async () => {
    const events = requestEvents(() => Promise.reject(Object.assign(new Error('gone'), { name: 'NotFoundError' })));
    await expect(collect(events)).rejects.toMatchObject({ code: 'app/not-found', message: 'gone' });
  });

  it('ends with an error when an event cannot cross the thread', async () => {
    async function* functions(): AsyncGenerator {
      yield await Promise.resolve(() => 1);
    }
    await expect(
      collect(
        requestEvents((port) => {
          serveEvents(port, functions);
        }),
      ),
    ).rejects.toThrow(/clone/);
  });

  it('asks the source for no more than the window while the reader does not read', async () => {
    let produced = 0;
    const { port1, port2 } = new MessageChannel();
    const full = deferred();
    async function* counted(): AsyncGenerator<number> {
      for (; produced < 5000;) {
        produced++;
        if (produced === 128) full.resolve();
        yield await Promise.resolve(produced);
      }
    }
    serveEvents(port2, () => counted());
    const events = readEvents<number>(port1);
    await full.promise;
    // Many turns of the loop: enough for a source without a brake to run to its end.
    for (let i = 0; i < 50; i++)
      await new Promise((resolve) => {
        setImmediate(resolve);
      });
    expect(produced).toBe(128);
    const all = await collect(events);
    expect(all).toHaveLength(5000);
    expect(all.at(-1)).toBe(5000);
  });

  it('throws a WorkerCrashedError when the serving thread disappears', async () => {
    const worker = new Worker(
      `const { parentPort } = require('node:worker_threads');
       parentPort.once('message', (port) => {
         port.postMessage({ type: 'events', events: ['alive'] });
         port.on('message', () => {});
       });`,
      { eval: true },
    );
    const events = requestEvents<string>((port) => {
      worker.postMessage(port, [port as unknown as import('node:worker_threads').MessagePort]);
    });
    const iterator = events[Symbol.asyncIterator]();
    expect(await iterator.next()).toEqual({ done: false, value: 'alive' });
    const pending = iterator.next();
    const crash = expect(pending).rejects.toBeInstanceOf(WorkerCrashedError);
    await worker.terminate();
    await crash;
  });
});
