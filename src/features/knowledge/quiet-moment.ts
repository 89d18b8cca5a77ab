/** Work in the background begins after the first answer, but no later than this. */
const LONGEST_WAIT_MS = 1500;
/** Questions come in a row: for so long after one the background keeps still. */
const AFTER_LAST_ANSWER_MS = 50;

/**
 * Keeps work in the background out of the way of questions: it waits to begin until the first one has been answered, or until
 * somebody waits for what it brings, and stops between its steps for as long as a question is under way.
 */
export class QuietMoment {
  #come: () => void = () => undefined;
  #soon: ReturnType<typeof setTimeout> | undefined;
  #questions = 0;
  #onStill: (() => void)[] = [];
  readonly #coming: Promise<void>;

  constructor() {
    this.#coming = new Promise((resolve) => (this.#come = resolve));
  }

  /** Whether no question is under way. */
  get isStill(): boolean {
    return this.#questions === 0 && this.#soon === undefined;
  }

  /** Somebody waits for what is to be done in the background. */
  come(): void {
    this.#come();
  }

  /** Answers a question: until it is answered, the background takes no further step. */
  async during<T>(answering: () => Promise<T>): Promise<T> {
    this.#begin();
    try {
      return await answering();
    } finally {
      this.#end();
    }
  }

  /** The question under way itself waits for the background, which goes on meanwhile. */
  async letting<T>(waiting: () => Promise<T>): Promise<T> {
    if (this.#questions === 0) return waiting();
    this.#questions--;
    if (this.#questions === 0) this.#goOn();
    try {
      return await waiting();
    } finally {
      this.#begin();
    }
  }

  /** Before the background begins. */
  async wait(): Promise<void> {
    const timer = setTimeout(this.#come, LONGEST_WAIT_MS);
    await this.#coming;
    clearTimeout(timer);
    await this.step();
  }

  /** Between two steps in the background. Lets messages that wait go first, and questions to their end. */
  async step(): Promise<void> {
    await new Promise((resolve) => setTimeout(resolve, 0));
    while (!this.isStill) {
      await new Promise<void>((resolve) => this.#onStill.push(resolve));
    }
  }

  #begin(): void {
    clearTimeout(this.#soon);
    this.#soon = undefined;
    this.#questions++;
  }

  #end(): void {
    if (--this.#questions > 0) return;
    this.#soon = setTimeout(() => {
      this.#soon = undefined;
      this.#come();
      this.#goOn();
    }, AFTER_LAST_ANSWER_MS);
  }

  #goOn(): void {
    const waiting = this.#onStill;
    this.#onStill = [];
    for (const goOn of waiting) goOn();
  }
}
