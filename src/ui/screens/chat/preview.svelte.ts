import type { Citation } from '../../../domain/citation.ts';

const OPEN_DELAY_MS = 180;
/** Long enough to move the pointer from the marker onto the preview. */
const CLOSE_DELAY_MS = 160;

/** Which passage is previewed, and beside what. */
export class PreviewState {
  #shown = $state.raw<{ readonly citation: Citation; readonly anchor: DOMRect }>();
  #timer: ReturnType<typeof setTimeout> | undefined;

  get shown(): { readonly citation: Citation; readonly anchor: DOMRect } | undefined {
    return this.#shown;
  }

  show(citation: Citation, anchor: HTMLElement): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      if (anchor.isConnected) this.#shown = { citation, anchor: anchor.getBoundingClientRect() };
    }, OPEN_DELAY_MS);
  }

  hideSoon(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.hide(), CLOSE_DELAY_MS);
  }

  /** The pointer is on the preview itself: it stays. */
  hold(): void {
    clearTimeout(this.#timer);
  }

  hide(): void {
    clearTimeout(this.#timer);
    this.#shown = undefined;
  }
}
