/** A queue that one side pushes to and others iterate over until it is closed or failed; each event goes to one reader. */
export class EventQueue<E> implements AsyncIterable<E> {
  readonly #waiting: E[] = [];
  readonly #idle = new Set<() => void>();
  #isClosed = false;
  #failure: { readonly error: unknown } | undefined;

  push(event: E): void {
    if (this.#isClosed) return;
    this.#waiting.push(event);
    this.#wake();
  }

  /** What was pushed before is still delivered. */
  close(): void {
    this.#isClosed = true;
    this.#wake();
  }

  /** As `close`, after which the reader's loop throws `error`. */
  fail(error: unknown): void {
    this.#failure ??= { error };
    this.close();
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<E, void, undefined> {
    for (;;) {
      while (this.#waiting.length > 0) yield this.#waiting.shift()!;
      if (this.#failure) throw this.#failure.error;
      if (this.#isClosed) return;
      await new Promise<void>((resolve) => this.#idle.add(resolve));
    }
  }

  #wake(): void {
    for (const go of this.#idle) go();
    this.#idle.clear();
  }
}
