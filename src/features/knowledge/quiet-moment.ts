/** Work in the background waits for the first answer, but no longer than this. */
const LONGEST_WAIT_MS = 1500;
/** An answer reads several times; when nothing was read for so long, it is finished. */
const AFTER_LAST_READ_MS = 50;

/** The moment after unlocking from which on work in the background keeps nobody waiting: the first answer has been given. */
export class QuietMoment {
  #come: () => void = () => undefined;
  #soon: ReturnType<typeof setTimeout> | undefined;
  #readings = 0;
  readonly #coming: Promise<void>;

  constructor() {
    this.#coming = new Promise((resolve) => (this.#come = resolve));
  }

  /** It is here: an answer has been given, or somebody waits for what is to be done in the background. */
  come(): void {
    this.#come();
  }

  /** Reads for an answer: the moment comes when no more is read. */
  async during<T>(reading: () => Promise<T>): Promise<T> {
    clearTimeout(this.#soon);
    this.#readings++;
    try {
      return await reading();
    } finally {
      if (--this.#readings === 0) this.#soon = setTimeout(this.#come, AFTER_LAST_READ_MS);
    }
  }

  async wait(): Promise<void> {
    const timer = setTimeout(this.#come, LONGEST_WAIT_MS);
    await this.#coming;
    clearTimeout(timer);
  }
}
