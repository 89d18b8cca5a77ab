import { MarkdownStream } from './markdown-stream.ts';
import type { RenderBlock } from './render-model.ts';

/** Parsing may take this much of a frame; the rest is the browser's for layout and paint. */
const BUDGET_MS = 5;

/** Draws a growing text: parsing is spread over frames, and slows down before it could hold one up. */
export class MarkdownView {
  #blocks = $state.raw<readonly RenderBlock[]>([]);
  #replaced: readonly RenderBlock[] = [];
  #stream = new MarkdownStream();
  #taken = '';
  #frame: number | undefined;
  #pause: ReturnType<typeof setTimeout> | undefined;

  get blocks(): readonly RenderBlock[] {
    return this.#blocks;
  }

  /** Shows `text`. As long as each text begins with the one before, only what is new is read. */
  show(text: string, isComplete: boolean): void {
    if (!text.startsWith(this.#taken)) {
      this.#replaced = this.#blocks;
      this.#stream = new MarkdownStream();
      this.#taken = '';
    }
    const isFirst = this.#taken === '';
    this.#stream.append(text.slice(this.#taken.length));
    this.#taken = text;
    if (isComplete) this.#stream.end();
    // A stored answer stands there at once, without a frame of nothing.
    if (isFirst) this.#advance();
    this.#schedule();
  }

  dispose(): void {
    if (this.#frame !== undefined) cancelAnimationFrame(this.#frame);
    clearTimeout(this.#pause);
  }

  #schedule(): void {
    if (!this.#stream.hasMore || this.#frame !== undefined || this.#pause !== undefined) return;
    this.#frame = requestAnimationFrame(() => {
      this.#frame = undefined;
      const tookMs = this.#advance();
      if (tookMs > 2 * BUDGET_MS) {
        this.#pause = setTimeout(() => {
          this.#pause = undefined;
          this.#schedule();
        }, 3 * tookMs);
      } else this.#schedule();
    });
  }

  #advance(): number {
    const from = performance.now();
    do this.#stream.advance();
    while (this.#stream.hasMore && performance.now() - from < BUDGET_MS);
    const blocks = this.#stream.blocks;
    this.#blocks = this.#stream.hasMore ? [...blocks, ...this.#replaced.slice(blocks.length)] : blocks;
    return performance.now() - from;
  }
}
