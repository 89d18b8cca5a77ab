import { requestEvents } from '../../platform/compute/event-stream.ts';
import type { LibraryEvent, LibraryView } from '../../../workers/core/api.ts';
import type { Core } from './core.svelte.ts';

interface LibraryListener {
  readonly onTakenOver: () => void;
  readonly onProblem: (error: unknown) => void;
}

/** The open library as core last described it. */
export class LibraryState {
  #view = $state.raw<LibraryView>();

  get view(): LibraryView | undefined {
    return this.#view;
  }

  /**
   * Follows the library until `signal` aborts. `onTakenOver`: another tab has it now. `onProblem` hears if the
   * stream breaks.
   */
  watch(core: Core, signal: AbortSignal, listener: LibraryListener): void {
    void this.#follow(core, signal, listener).catch((error: unknown) => {
      if (!signal.aborted) listener.onProblem(error);
    });
  }

  forget(): void {
    this.#view = undefined;
  }

  async #follow(core: Core, signal: AbortSignal, listener: LibraryListener): Promise<void> {
    const events = requestEvents<LibraryEvent>((port) => core.watchLibrary(port), { signal });
    for await (const event of events) {
      if (signal.aborted) return;
      if (event.type === 'library') this.#view = event.view;
      else listener.onTakenOver();
    }
  }
}
