import type { SearchExplanation } from '../../domain/explanation.ts';
import type { SearchResultsView, SearchResultView } from '../../domain/source-view.ts';
import type { Core } from './core.svelte.ts';

/** Typed this many characters, the library itself is searched too. */
const MIN_LENGTH = 3;
const PAUSE_MS = 150;
const RESULT_COUNT = 6;

/** Passages that fit what is being typed, a moment after the last key. Only the latest query's results are shown. */
export class PassageSearch {
  readonly #core: Core;
  #found = $state.raw<SearchResultsView | undefined>();
  #latest = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(core: Core) {
    this.#core = core;
  }

  get found(): readonly SearchResultView[] {
    return this.#found?.results ?? [];
  }

  /** How they were found; absent before there was a search. */
  get explanation(): SearchExplanation | undefined {
    return this.#found?.explanation;
  }

  search(query: string, onProblem: (error: unknown) => void): void {
    clearTimeout(this.#timer);
    const turn = ++this.#latest;
    if (query.trim().length < MIN_LENGTH) {
      this.#found = undefined;
      return;
    }
    this.#timer = setTimeout(() => {
      this.#core.search(query, RESULT_COUNT).then(
        (found) => {
          if (turn === this.#latest) this.#found = found;
        },
        (error: unknown) => {
          if (turn === this.#latest) onProblem(error);
        },
      );
    }, PAUSE_MS);
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#latest++;
  }
}
