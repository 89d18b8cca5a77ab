/** Lets one task through at a time, in the order they came. A task that throws does not hold up the next. */
export class Turnstile {
  #tail: Promise<unknown> = Promise.resolve();

  pass<T>(task: () => Promise<T>): Promise<T> {
    const turn = this.#tail.then(task, task);
    // The next task waits for this one to settle; its failure is this caller's alone.
    this.#tail = turn.catch(() => undefined);
    return turn;
  }
}

/** Work that can be held: `wait` returns at once while open, and when it opens again while held. */
export class PauseGate {
  readonly #waiting = new Set<() => void>();
  #isPaused = false;

  get isPaused(): boolean {
    return this.#isPaused;
  }

  pause(): void {
    this.#isPaused = true;
  }

  resume(): void {
    this.#isPaused = false;
    for (const go of this.#waiting) go();
    this.#waiting.clear();
  }

  /** Throws the signal's reason when it aborts before or while waiting. */
  async wait(signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    if (!this.#isPaused) return;
    await new Promise<void>((resolve) => {
      const go = (): void => {
        signal.removeEventListener('abort', go);
        resolve();
      };
      this.#waiting.add(go);
      signal.addEventListener('abort', go, { once: true });
    });
    signal.throwIfAborted();
  }
}
