/** One short message at the edge of the window, with at most one thing to do about it. */
export interface Notice {
  readonly id: number;
  readonly tone: 'plain' | 'problem';
  readonly text: string;
  readonly detail?: string;
  readonly action?: { readonly label: string; readonly run: () => void };
}

const PLAIN_DURATION_MS = 7000;

/** Messages that come and go. Problems stay until they are dismissed. */
export class NoticeState {
  #shown = $state.raw<readonly Notice[]>([]);
  #nextId = 1;
  readonly #timers = new Map<number, ReturnType<typeof setTimeout>>();

  get shown(): readonly Notice[] {
    return this.#shown;
  }

  say(text: string, action?: Notice['action']): number {
    const id = this.#add({ tone: 'plain', text, ...(action === undefined ? {} : { action }) });
    this.#timers.set(
      id,
      setTimeout(() => {
        this.dismiss(id);
      }, PLAIN_DURATION_MS),
    );
    return id;
  }

  /** `cause` is what was thrown; its message is shown below `text`. */
  problem(text: string, cause?: unknown): number {
    const detail = cause instanceof Error ? cause.message : undefined;
    return this.#add({ tone: 'problem', text, ...(detail === undefined ? {} : { detail }) });
  }

  dismiss(id: number): void {
    clearTimeout(this.#timers.get(id));
    this.#timers.delete(id);
    this.#shown = this.#shown.filter((notice) => notice.id !== id);
  }

  clear(): void {
    for (const { id } of this.#shown) this.dismiss(id);
  }

  #add(notice: Omit<Notice, 'id'>): number {
    const id = this.#nextId++;
    const others = this.#shown.filter((shown) => shown.text !== notice.text).slice(-2);
    this.#shown = [...others, { ...notice, id }];
    return id;
  }
}
