/** Work in the background waits for the first answer, but no longer than this. */
const LONGEST_WAIT_MS = 1500;
/** From the first passages that are read until their answer is finished. */
const AFTER_FIRST_READ_MS = 50;

/** The moment after unlocking from which on work in the background keeps nobody waiting: the first answer has been given. */
export class QuietMoment {
  #come: () => void = () => undefined;
  #soon: ReturnType<typeof setTimeout> | undefined;
  readonly #coming: Promise<void>;

  constructor() {
    this.#coming = new Promise((resolve) => (this.#come = resolve));
  }

  /** It is here: an answer has been given, or somebody waits for what is to be done in the background. */
  come(): void {
    this.#come();
  }

  /** An answer is about to be finished: the moment comes right after. */
  comeSoon(): void {
    if (this.#soon === undefined) this.#soon = setTimeout(this.#come, AFTER_FIRST_READ_MS);
  }

  async wait(): Promise<void> {
    const timer = setTimeout(this.#come, LONGEST_WAIT_MS);
    await this.#coming;
    clearTimeout(timer);
  }
}
