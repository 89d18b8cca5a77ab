import type { Library } from './library.ts';
import { LruMap } from './lru.ts';

/** Answers kept at most, whatever their size: a few kilobytes each. */
const ANSWERS = 256;

interface KeptAnswer<Answer> {
  readonly answer: Answer;
  readonly keptAt: number;
}

/**
 * Recent answers, by question, settings, model and state of the library: the same question to the same library has the
 * same answer. Those asked often stay before others; each is forgotten after the time to live.
 */
export class AnswerCache<Answer> {
  readonly #library: Library;
  readonly #now: () => number;
  readonly #answers: LruMap<string, KeptAnswer<Answer>>;

  /** `now` in milliseconds. */
  constructor(library: Library, now: () => number) {
    this.#library = library;
    this.#now = now;
    const { router } = library.tiers;
    this.#answers = new LruMap({ capacity: () => ANSWERS, isInUse: (key) => router.tierOf(key) === 'hot' });
  }

  /**
   * The answer kept for this question under these settings. `quality` of the answer in [0, 1] decides with its use
   * whether it counts as hot; it was given with `keep`.
   */
  find(question: string, settings: unknown): Answer | undefined {
    const key = this.#keyOf(question, settings);
    const kept = this.#answers.find(key);
    if (!kept) return undefined;
    if (this.#now() - kept.keptAt >= this.#library.tiers.settings.ttlMinutes * 60_000) {
      this.#answers.delete(key);
      return undefined;
    }
    this.#library.tiers.router.use(key);
    return kept.answer;
  }

  /** Keeps an answer until the library, the model or the settings change. */
  keep(question: string, settings: unknown, answer: Answer, use: { quality: number; isUrgent: boolean }): void {
    const key = this.#keyOf(question, settings);
    this.#library.tiers.router.use(key, use);
    this.#answers.put(key, { answer, keptAt: this.#now() }, 1);
  }

  #keyOf(question: string, settings: unknown): string {
    const { state, space, exactEpoch } = this.#library;
    return JSON.stringify([question, settings, state.manifest.generation, space?.modelKey ?? '', exactEpoch]);
  }
}
