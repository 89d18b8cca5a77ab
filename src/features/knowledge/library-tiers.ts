import type { TierSettings } from '../../domain/settings.ts';
import type { Tier } from '../../domain/explanation.ts';
import { isUrgent, TierRouter } from '../../engine/tiers.ts';
import { AnswerTrace } from './answer-trace.ts';

/** How an answer came about: hot = kept from before, warm = all it needed was in memory, cold = something was read. */
export interface AnswerTier {
  readonly tier: Tier;
  readonly ms: number;
}

export interface TierFigures {
  readonly count: number;
  readonly p50Ms: number;
  readonly p95Ms: number;
}

export interface TierReport {
  readonly last?: AnswerTier;
  readonly byTier: Readonly<Record<Tier, TierFigures>>;
  /** Of all answers, those that were kept from before. */
  readonly answerHitRate: number;
  /** Of all blocks and exact rows that answers needed, those that were in memory. */
  readonly blockHitRate: number;
  readonly passageBytes: number;
  readonly exactBytes: number;
}

/** Answers whose times are kept for the percentiles, per tier. */
const SAMPLES = 512;

/** Keeps count of what is used and of how answers fared, for one open library. */
export class LibraryTiers {
  readonly router: TierRouter<string>;
  readonly #settings: () => TierSettings;
  readonly #now: () => number;
  readonly #samples: Record<Tier, number[]> = { hot: [], warm: [], cold: [] };
  readonly #counts: Record<Tier, number> = { hot: 0, warm: 0, cold: 0 };
  #inMemory = 0;
  #fromDisk = 0;
  #last: AnswerTier | undefined;

  /** `now` in milliseconds, as fine as the clock is. */
  constructor(settings: () => TierSettings, now: () => number) {
    this.#settings = settings;
    this.#now = now;
    this.router = new TierRouter(settings, now);
  }

  get settings(): TierSettings {
    return this.#settings();
  }

  start(question: string): AnswerTrace {
    return new AnswerTrace(this.#now(), isUrgent(question, this.#settings().urgentWords));
  }

  finish(trace: AnswerTrace): AnswerTier {
    const tier: Tier = trace.isFromCache ? 'hot' : trace.fromDisk === 0 ? 'warm' : 'cold';
    const answer = { tier, ms: this.#now() - trace.startedAt };
    this.#last = answer;
    this.#counts[tier]++;
    this.#inMemory += trace.inMemory;
    this.#fromDisk += trace.fromDisk;
    const samples = this.#samples[tier];
    samples.push(answer.ms);
    if (samples.length > SAMPLES) samples.shift();
    return answer;
  }

  report(memory: { readonly passageBytes: number; readonly exactBytes: number }): TierReport {
    const figures = (tier: Tier): TierFigures => {
      const sorted = [...this.#samples[tier]].sort((left, right) => left - right);
      const at = (share: number): number => sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? 0;
      return { count: this.#counts[tier], p50Ms: at(0.5), p95Ms: at(0.95) };
    };
    const { hot, warm, cold } = this.#counts;
    return {
      ...(this.#last && { last: this.#last }),
      byTier: { hot: figures('hot'), warm: figures('warm'), cold: figures('cold') },
      answerHitRate: share(hot, hot + warm + cold),
      blockHitRate: share(this.#inMemory, this.#inMemory + this.#fromDisk),
      ...memory,
    };
  }
}

function share(part: number, whole: number): number {
  return whole === 0 ? 0 : part / whole;
}
