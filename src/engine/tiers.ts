import type { Tier } from '../domain/explanation.ts';
import type { TierSettings } from '../domain/settings.ts';

export interface Use {
  /** How good what was found is, in [0, 1]; below the setting nothing becomes hot. As before unless given, at first 1. */
  readonly quality?: number;
  /** The question says that it is urgent: what it touches is promoted at once. */
  readonly isUrgent?: boolean;
}

interface UseRecord {
  /** Times of the last uses, oldest first; no more than decide anything. */
  readonly usedAt: number[];
  quality: number;
  isUrgent: boolean;
}

/** Keys are forgotten in bulk once there are this many. */
const MANY_KEYS = 20_000;

/**
 * Says how warm things are to be kept, by their use: `hotUses` or `warmUses` uses within the window promote; unused for
 * the time to live, a thing is cold again. Only keeps count; moving bytes is the caller's part.
 */
export class TierRouter<Key> {
  readonly #settings: () => TierSettings;
  readonly #now: () => number;
  readonly #records = new Map<Key, UseRecord>();

  /** `now` in milliseconds. */
  constructor(settings: () => TierSettings, now: () => number) {
    this.#settings = settings;
    this.#now = now;
  }

  /** Counts a use and says the tier from now on. */
  use(key: Key, { quality, isUrgent = false }: Use = {}): Tier {
    const now = this.#now();
    const { hotUses } = this.#settings();
    const known = this.#fresh(key, now);
    const record = known ?? { usedAt: [], quality: 1, isUrgent };
    record.usedAt.push(now);
    while (record.usedAt.length > Math.max(1, hotUses)) record.usedAt.shift();
    record.quality = quality ?? record.quality;
    record.isUrgent ||= isUrgent;
    // Put back at the end: the map stays in the order of last use.
    this.#records.delete(key);
    this.#records.set(key, record);
    if (this.#records.size > MANY_KEYS) this.#forgetStale(now);
    return this.tierOf(key);
  }

  tierOf(key: Key): Tier {
    const now = this.#now();
    const record = this.#fresh(key, now);
    if (!record) return 'cold';
    const { hotUses, warmUses, hotQuality } = this.#settings();
    const uses = this.#usesInWindow(record, now);
    if ((record.isUrgent || uses >= hotUses) && record.quality >= hotQuality) return 'hot';
    return record.isUrgent || uses >= warmUses ? 'warm' : 'cold';
  }

  /** For ordering things of one kind: uses within the window, urgent ones above all others, 0 for what is stale. */
  heatOf(key: Key): number {
    const now = this.#now();
    const record = this.#fresh(key, now);
    if (!record) return 0;
    return this.#usesInWindow(record, now) + (record.isUrgent ? this.#settings().hotUses : 0);
  }

  forget(key: Key): void {
    this.#records.delete(key);
  }

  #usesInWindow({ usedAt }: UseRecord, now: number): number {
    const since = now - this.#settings().windowSeconds * 1000;
    return usedAt.filter((at) => at > since).length;
  }

  #fresh(key: Key, now: number): UseRecord | undefined {
    const record = this.#records.get(key);
    if (!record) return undefined;
    const last = record.usedAt.at(-1) ?? 0;
    if (now - last < this.#settings().ttlMinutes * 60_000) return record;
    this.#records.delete(key);
    return undefined;
  }

  #forgetStale(now: number): void {
    for (const key of this.#records.keys()) this.#fresh(key, now);
    for (const key of this.#records.keys()) {
      if (this.#records.size <= MANY_KEYS / 2) return;
      this.#records.delete(key);
    }
  }
}

/** Whether a question holds one of the words that are to be answered first, as a word of its own, in any case. */
export function isUrgent(question: string, urgentWords: readonly string[]): boolean {
  const words = new Set(question.toLowerCase().match(/[\p{L}\p{N}]+/gu));
  return urgentWords.some((word) => words.has(word.toLowerCase()));
}
