/** Counts what is put on screen, so that no text can make the page unusable by the number of its elements. */
export class NodeBudget {
  #left: number;

  constructor(limit: number) {
    this.#left = limit;
  }

  get isSpent(): boolean {
    return this.#left <= 0;
  }

  get left(): number {
    return this.#left;
  }

  /** Takes one node; false when none is left. */
  take(): boolean {
    if (this.#left <= 0) return false;
    this.#left--;
    return true;
  }

  /** Gives nodes back: the open end of a streamed text is drawn again and again but stands on screen once. */
  restore(left: number): void {
    this.#left = left;
  }
}
