import { wrap, type Remote } from 'comlink';

const PATIENCE_MS = 20 * 60_000;

/** A worker with one contestant. Its failure to start, or to answer within twenty minutes, is an error of the call. */
export class ContestantWorker<Api> {
  readonly #worker: Worker;
  readonly #remote: Remote<Api>;
  readonly #failed: Promise<never>;

  constructor(worker: Worker) {
    this.#worker = worker;
    this.#remote = wrap<Api>(worker);
    this.#failed = new Promise((_resolve, reject) => {
      worker.addEventListener('error', (event) => reject(new Error(event.message)), { once: true });
    });
    // Without a call under way nobody waits for it.
    this.#failed.catch(() => undefined);
  }

  async call<Result>(work: (remote: Remote<Api>) => Promise<Result>): Promise<Result> {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const late = new Promise<never>((_resolve, reject) => {
      timer = setTimeout(() => reject(new Error('no answer within twenty minutes')), PATIENCE_MS);
    });
    try {
      return await Promise.race([work(this.#remote), this.#failed, late]);
    } finally {
      clearTimeout(timer);
    }
  }

  dispose(): void {
    this.#worker.terminate();
  }
}
