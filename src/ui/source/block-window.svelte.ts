import { tick } from 'svelte';
import type { BlockUnit } from './block-units.ts';

const FIRST_COUNT = 16;
const STEP = 12;
/** More than this is never on the page; the far end is let go. */
const MAX_COUNT = 100;
const NEAR_PX = 800;

/** Which units of a document are on the page: some around the passage at first, more as the person scrolls. */
export class BlockWindow {
  readonly #units: readonly BlockUnit[];
  #from = $state.raw(0);
  #end = $state.raw(0);
  #isMoving = false;

  constructor(units: readonly BlockUnit[], around: number) {
    this.#units = units;
    this.#from = Math.max(0, around - FIRST_COUNT);
    this.#end = Math.min(units.length, around + FIRST_COUNT);
  }

  get units(): readonly BlockUnit[] {
    return this.#units.slice(this.#from, this.#end);
  }

  get isAtStart(): boolean {
    return this.#from === 0;
  }

  get isAtEnd(): boolean {
    return this.#end === this.#units.length;
  }

  /** Draws more on the side that `region` is about to show. What is on screen does not move. */
  async scrolled(region: HTMLElement): Promise<void> {
    if (this.#isMoving) return;
    this.#isMoving = true;
    try {
      if (!this.isAtEnd && region.scrollHeight - region.scrollTop - region.clientHeight < NEAR_PX) {
        this.#end = Math.min(this.#units.length, this.#end + STEP);
        await keepingPlace(region, () => (this.#from = Math.max(this.#from, this.#end - MAX_COUNT)));
      } else if (!this.isAtStart && region.scrollTop < NEAR_PX) {
        await keepingPlace(region, () => (this.#from = Math.max(0, this.#from - STEP)));
        this.#end = Math.min(this.#end, this.#from + MAX_COUNT);
      }
    } finally {
      this.#isMoving = false;
    }
  }
}

/** Scrolls by as much as a change above what is on screen moved it. */
async function keepingPlace(region: HTMLElement, change: () => void): Promise<void> {
  await tick();
  const anchor = [...region.querySelectorAll('[data-unit]')].find((element) => {
    return element.getBoundingClientRect().bottom > region.getBoundingClientRect().top + 1;
  });
  const before = anchor?.getBoundingClientRect().top;
  change();
  await tick();
  if (anchor?.isConnected === true && before !== undefined)
    region.scrollTop += anchor.getBoundingClientRect().top - before;
}
