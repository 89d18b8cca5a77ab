import { createRequire } from 'node:module';
import { Worker as Thread } from 'node:worker_threads';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { InvalidInputError, WorkerCrashedError } from '../../../../src/domain/errors.ts';
import { WorkerHandle, type WorkerLike } from '../../../../src/platform/compute/worker-handle.ts';

interface TestApi {
  add(a: number, b: number): number;
  fail(name: string): never;
  never(): Promise<void>;
  crash(): Promise<void>;
  count(): number;
}

const COMLINK = createRequire(import.meta.url).resolve('comlink/dist/umd/comlink.js');
const SCRIPT = `
  const { parentPort } = require('node:worker_threads');
  const { expose } = require(${JSON.stringify(COMLINK)});
  let calls = 0;
  const listeners = new Map();
  const endpoint = {
    postMessage: (message, transfer) => parentPort.postMessage(message, transfer),
    addEventListener: (type, listener) => {
      const each = (data) => (listener.handleEvent ? listener.handleEvent({ data }) : listener({ data }));
      listeners.set(listener, each);
      parentPort.on(type, each);
    },
    removeEventListener: (type, listener) => parentPort.off(type, listeners.get(listener)),
  };
  expose({
    add: (a, b) => a + b,
    fail: (name) => { throw Object.assign(new Error('It failed.'), { name }); },
    never: () => new Promise(() => {}),
    crash: () => new Promise(() => { setImmediate(() => { throw new Error('boom'); }); }),
    count: () => ++calls,
  }, endpoint);
`;

/** A real thread of Node with the face of a browser's Worker. */
class NodeWorker extends EventTarget implements WorkerLike {
  static readonly all: NodeWorker[] = [];
  readonly thread: Thread;

  constructor(script = SCRIPT) {
    super();
    this.thread = new Thread(script, { eval: true });
    this.thread.on('message', (data: unknown) => this.dispatchEvent(new MessageEvent('message', { data })));
    this.thread.on('error', (error) =>
      this.dispatchEvent(Object.assign(new Event('error'), { message: error.message })),
    );
    NodeWorker.all.push(this);
  }

  postMessage(message: unknown, transfer?: unknown): void {
    this.thread.postMessage(message, Array.isArray(transfer) ? transfer : []);
  }

  terminate(): void {
    void this.thread.terminate();
  }
}

function start(script?: string, options: ConstructorParameters<typeof WorkerHandle>[1] = {}): WorkerHandle<TestApi> {
  return new WorkerHandle<TestApi>(() => new NodeWorker(script), { task: 'adding numbers', ...options });
}

afterEach(async () => {
  vi.useRealTimers();
  await Promise.all(NodeWorker.all.splice(0).map(({ thread }) => thread.terminate()));
});

describe('WorkerHandle', () => {
  it('starts its worker at the first call and keeps it for the next', async () => {
    const handle = start();
    expect(handle.isRunning).toBe(false);
    expect(await handle.call((api) => api.add(1, 2))).toBe(3);
    expect(await handle.call((api) => api.count())).toBe(1);
    expect(await handle.call((api) => api.count())).toBe(2);
    expect(NodeWorker.all).toHaveLength(1);
    expect(handle.generation).toBe(0);
  });

  it('throws what the worker threw as its own class', async () => {
    const handle = start();
    await expect(handle.call((api) => api.fail('InvalidInputError'))).rejects.toBeInstanceOf(InvalidInputError);
    expect(await handle.call((api) => api.add(2, 2))).toBe(4);
  });

  it('rejects every pending call when the worker crashes, and starts a new one for the next', async () => {
    const handle = start();
    const pending = handle.call((api) => api.never());
    const crashing = handle.call((api) => api.crash());
    const both = Promise.allSettled([pending, crashing]);
    for (const outcome of await both) {
      expect(outcome).toMatchObject({ status: 'rejected', reason: expect.any(WorkerCrashedError) as unknown });
    }
    expect(handle.isRunning).toBe(false);
    expect(handle.generation).toBe(1);
    expect(await handle.call((api) => api.count())).toBe(1);
  });

  it('keeps what the crash said as the cause', async () => {
    await expect(start().call((api) => api.crash())).rejects.toMatchObject({ cause: { message: 'boom' } });
  });

  it('rejects pending calls when it is terminated', async () => {
    const handle = start();
    const pending = expect(handle.call((api) => api.never())).rejects.toBeInstanceOf(WorkerCrashedError);
    handle.terminate();
    await pending;
  });

  it('ends the worker on abort, with the signal’s own reason for the aborted call', async () => {
    const handle = start();
    const controller = new AbortController();
    const reason = new DOMException('Stopped by you.', 'AbortError');
    const aborted = expect(handle.call((api) => api.never(), { signal: controller.signal })).rejects.toBe(reason);
    const other = expect(handle.call((api) => api.never())).rejects.toBeInstanceOf(WorkerCrashedError);
    controller.abort(reason);
    await Promise.all([aborted, other]);
    expect(handle.isRunning).toBe(false);
  });

  it('lets the worker live when an aborted call is only abandoned', async () => {
    const handle = start();
    await handle.call((api) => api.count());
    const controller = new AbortController();
    const aborted = expect(
      handle.call((api) => api.never(), { signal: controller.signal, onAbort: 'abandon' }),
    ).rejects.toMatchObject({ name: 'AbortError' });
    controller.abort();
    await aborted;
    expect(await handle.call((api) => api.count())).toBe(2);
  });

  it('does not start a worker for a call that is aborted before', async () => {
    const handle = start();
    await expect(handle.call((api) => api.count(), { signal: AbortSignal.abort() })).rejects.toMatchObject({
      name: 'AbortError',
    });
    expect(handle.isRunning).toBe(false);
  });

  it('ends a worker that takes too long with a TimeoutError', async () => {
    const handle = start();
    await handle.call((api) => api.count());
    await expect(handle.call((api) => api.never(), { timeoutMs: 5 })).rejects.toMatchObject({ name: 'TimeoutError' });
    expect(handle.isRunning).toBe(false);
  });

  it('says so when a worker never starts, which gives no event', async () => {
    const handle = start('', { startTimeoutMs: 5 });
    await expect(handle.call((api) => api.add(1, 1))).rejects.toThrow(/could not be started.*Reload/);
    expect(handle.isRunning).toBe(false);
  });

  it('ends an idle worker, but not while a call is pending', async () => {
    const handle = start(SCRIPT, { idleTimeoutMs: 1000 });
    await handle.call((api) => api.count());
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    const controller = new AbortController();
    const pending = handle.call((api) => api.never(), { signal: controller.signal, onAbort: 'abandon' });
    const aborted = expect(pending).rejects.toMatchObject({ name: 'AbortError' });
    vi.advanceTimersByTime(5000);
    expect(handle.isRunning).toBe(true);
    controller.abort();
    await aborted;
    vi.advanceTimersByTime(1000);
    expect(handle.isRunning).toBe(false);
  });

  it('refuses calls after it was disposed of', async () => {
    const handle = start();
    await handle.call((api) => api.count());
    handle.dispose();
    await expect(handle.call((api) => api.count())).rejects.toBeInstanceOf(WorkerCrashedError);
    expect(handle.isRunning).toBe(false);
  });
});
