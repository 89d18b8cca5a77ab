/** How much of an average the latest time makes up. */
const SHARE = 1 / 8;
/** A time counts for no more than so many averages: waiting for a core that others use says little of the next search. */
const MOST = 2;
/** How often each way is tried before the times are compared, and how seldom the slower one is tried again. */
const FIRST_TRIALS = 3;
const TRIAL_EVERY = 16;

/**
 * Tells whether work is done sooner together or alone, by how long it took lately. Together is sooner where cores are free, and
 * later where others keep them busy: then one waits for whoever was held up.
 */
export class SoonerWay {
  readonly #averages = { alone: 0, together: 0 };
  readonly #trials = { alone: 0, together: 0 };
  #count = 0;

  /** Which way to go now. It is `together` at first and where both take as long. */
  choose(): 'alone' | 'together' {
    this.#count++;
    const { alone, together } = this.#trials;
    if (Math.min(alone, together) < FIRST_TRIALS) return together > alone ? 'alone' : 'together';
    const isTogetherSooner = this.#averages.together <= this.#averages.alone;
    return isTogetherSooner === (this.#count % TRIAL_EVERY !== 0) ? 'together' : 'alone';
  }

  /** Takes in how long a unit of work took. */
  note(way: 'alone' | 'together', ms: number): void {
    const average = this.#averages[way];
    const isFirst = this.#trials[way]++ === 0;
    this.#averages[way] = isFirst ? ms : average + (Math.min(ms, MOST * average) - average) * SHARE;
  }
}
