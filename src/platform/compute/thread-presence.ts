/**
 * How one thread learns that another has ended. Browsers tell nobody when a worker is terminated or crashes: a
 * MessagePort's `close` event does not come (seen in Chromium 156). But they release the Web Locks it held.
 */

let ownLock: Promise<string | undefined> | undefined;

/** The name of a lock that this thread holds as long as it lives; `undefined` where there are no Web Locks. */
export function presenceLock(): Promise<string | undefined> {
  ownLock ??= new Promise((resolve) => {
    const locks = lockManager();
    if (!locks) {
      resolve(undefined);
      return;
    }
    const name = `commonplace-thread-${crypto.randomUUID()}`;
    const hold = (): Promise<never> => {
      resolve(name);
      return new Promise<never>(() => undefined);
    };
    locks.request(name, hold).catch((error: unknown) => {
      // Without a lock a stream works as well; only the end of this thread goes unnoticed.
      console.warn('This thread could not take a lock to be watched by.', error);
      resolve(undefined);
    });
  });
  return ownLock;
}

/** Calls `onEnd` once when the thread that holds the lock has ended, unless `signal` aborts before. */
export function watchThread(name: string, onEnd: () => void, signal: AbortSignal): void {
  lockManager()
    ?.request(name, { signal }, () => {
      onEnd();
    })
    .catch((error: unknown) => {
      if (!signal.aborted) console.warn('Another thread could not be watched.', error);
    });
}

/** Absent in older Node and outside secure contexts. */
function lockManager(): LockManager | undefined {
  return 'navigator' in globalThis && 'locks' in navigator ? navigator.locks : undefined;
}
