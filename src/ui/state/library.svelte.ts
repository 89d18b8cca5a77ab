import { requestEvents } from '../../platform/compute/event-stream.ts';
import type { LibraryEvent, LibraryView } from '../../../workers/core/api.ts';
import type { Core } from './core.svelte.ts';

/** The open library as core last described it. */
export class LibraryState {
  #view = $state.raw<LibraryView>();

  get view(): LibraryView | undefined {
    return this.#view;
  }

  /** Follows the library until `signal` aborts; `onProblem` hears if the stream breaks before that. */
  watch(core: Core, signal: AbortSignal, onProblem: (error: unknown) => void): void {
    void this.#follow(core, signal).catch((error: unknown) => {
      if (!signal.aborted) onProblem(error);
    });
  }

  forget(): void {
    this.#view = undefined;
  }

  async #follow(core: Core, signal: AbortSignal): Promise<void> {
    const events = requestEvents<LibraryEvent>((port) => core.watchLibrary(port), { signal });
    for await (const event of events) {
      if (signal.aborted) return;
      this.#view = event.view;
    }
  }
}
