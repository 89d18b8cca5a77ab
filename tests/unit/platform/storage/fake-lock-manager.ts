interface Waiting {
  readonly start: () => void;
}

interface Holder {
  readonly lose: () => void;
}

/**
 * The Web Locks API (https://w3c.github.io/web-locks/) for exclusive locks, where the platform has none: requests
 * queue by name; `ifAvailable`, `steal` and `signal` behave as specified.
 */
export class FakeLockManager implements LockManager {
  readonly #holders = new Map<string, Holder>();
  readonly #queues = new Map<string, Waiting[]>();

  async query(): Promise<LockManagerSnapshot> {
    return { held: [...this.#holders.keys()].map((name) => ({ name, mode: 'exclusive' as const })), pending: [] };
  }

  request<T>(name: string, callback: LockGrantedCallback<T>): Promise<Awaited<T>>;
  request<T>(name: string, options: LockOptions, callback: LockGrantedCallback<T>): Promise<Awaited<T>>;
  request<T>(
    name: string,
    options: LockOptions | LockGrantedCallback<T>,
    callback?: LockGrantedCallback<T>,
  ): Promise<Awaited<T>> {
    if (typeof options === 'function' || callback === undefined) throw new TypeError('Only the three-argument form.');
    return new Promise((resolve, reject) => {
      const start = (): void => {
        const holder: Holder = { lose: () => reject(new DOMException('Stolen.', 'AbortError')) };
        this.#holders.set(name, holder);
        const outcome = (async (): Promise<Awaited<T>> => await callback({ name, mode: 'exclusive' }))();
        outcome.then(resolve, reject).finally(() => this.#free(name, holder));
      };
      if (options.steal) {
        this.#holders.get(name)?.lose();
        start();
        return;
      }
      if (!this.#holders.has(name)) {
        start();
        return;
      }
      if (options.ifAvailable) {
        (async (): Promise<Awaited<T>> => await callback(null))().then(resolve, reject);
        return;
      }
      const waiting: Waiting = { start };
      const queue = this.#queues.get(name) ?? [];
      this.#queues.set(name, [...queue, waiting]);
      options.signal?.addEventListener('abort', () => {
        this.#queues.set(
          name,
          (this.#queues.get(name) ?? []).filter((other) => other !== waiting),
        );
        reject(new DOMException('Aborted.', 'AbortError'));
      });
    });
  }

  #free(name: string, holder: Holder): void {
    if (this.#holders.get(name) !== holder) return;
    this.#holders.delete(name);
    const [next, ...rest] = this.#queues.get(name) ?? [];
    this.#queues.set(name, rest);
    next?.start();
  }
}
