/** One measured figure; printed as a line of JSON. MB are 10⁶ bytes; a rate is over the median run. */
export interface Figure {
  readonly bench:
    | 'extract'
    | 'index'
    | 'embed'
    | 'seal'
    | 'query'
    | 'search'
    | 'words'
    | 'scan'
    | 'unlock'
    | 'coldstart'
    | 'import'
    | 'main-thread'
    | 'size';
  readonly name: string;
  /** What was counted: runs behind a percentile, files, chunks or bytes behind a rate. */
  readonly n: number;
  readonly p50Ms?: number;
  readonly p95Ms?: number;
  readonly maxMs?: number;
  readonly mbPerSecond?: number;
  readonly chunksPerSecond?: number;
  readonly filesPerSecond?: number;
  readonly bytes?: number;
  /** This figure over its rival's, measured in the same run; for times and for rates alike. */
  readonly ratio?: number;
  /** With a ratio: what it is over. In the contests `search`, `words` and `embed`: whose figure this is, if not ours. */
  readonly rival?: string;
  readonly dims?: number;
  readonly threads?: number;
  /** How made vectors lie, or where texts are from. */
  readonly distribution?: string;
  readonly recallAt10?: number;
  /** Share of known items among the first ten, and normalised discounted gain over the first ten. */
  readonly hitAt10?: number;
  readonly ndcgAt10?: number;
  readonly buildMs?: number;
  readonly bytesPerVector?: number;
  readonly memoryBytes?: number;
  readonly savedBytes?: number;
  readonly loadMs?: number;
  /** The most that is allowed, in the unit of the figure it stands beside. */
  readonly limit?: number;
  /** Load average over the minute in which it was measured, on the whole machine. */
  readonly load?: number;
  readonly note?: string;
}

/** The `distribution` of figures in `embed` that stand against one another. */
export const CONTEST = 'contest';

/** The value below which `share` of the samples lie (nearest rank). */
export function percentile(samples: readonly number[], share: number): number {
  const sorted = [...samples].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.max(0, Math.ceil(share * sorted.length) - 1))] ?? 0;
}

export function spread(samples: readonly number[]): { readonly p50Ms: number; readonly p95Ms: number } {
  return { p50Ms: percentile(samples, 0.5), p95Ms: percentile(samples, 0.95) };
}

/** Milliseconds that `work` takes. */
export async function timed(work: () => unknown): Promise<number> {
  const startedAt = performance.now();
  await work();
  return performance.now() - startedAt;
}
