/** Ends a call when nothing has arrived for a while; every byte starts the wait anew. */
export class IdleLimit {
  private readonly controller = new AbortController();
  private readonly limitMs: number;
  private timer: ReturnType<typeof setTimeout>;

  constructor(limitMs: number) {
    this.limitMs = limitMs;
    this.timer = this.start();
  }

  get signal(): AbortSignal {
    return this.controller.signal;
  }

  get isOver(): boolean {
    return this.controller.signal.aborted;
  }

  touch(): void {
    if (this.isOver) return;
    clearTimeout(this.timer);
    this.timer = this.start();
  }

  stop(): void {
    clearTimeout(this.timer);
  }

  private start(): ReturnType<typeof setTimeout> {
    return setTimeout(() => {
      this.controller.abort(new DOMException('Nothing arrived in time.', 'TimeoutError'));
    }, this.limitMs);
  }
}
