import type { IngestEvent } from '../../domain/ingest-event.ts';

/** How one file of an import stands: its latest event. */
export type FileProgress = IngestEvent;

export interface ImportSummary {
  readonly total: number;
  readonly finished: number;
  readonly failed: number;
  readonly unchanged: number;
  /** Share of all work done, weighted by the files' sizes, in [0, 1]. */
  readonly fraction: number;
}

/** Reading takes about this share of a file's time; the rest is embedding. */
const READING_SHARE = 0.3;

export function isFinal(event: IngestEvent): boolean {
  return event.type === 'done' || event.type === 'unchanged' || event.type === 'failed' || event.type === 'cancelled';
}

/** Share of one file's work that is done, in [0, 1]. */
export function fractionOf(event: IngestEvent): number {
  switch (event.type) {
    case 'waiting':
    case 'staged':
      return 0;
    case 'reading':
      return event.total > 0 ? (READING_SHARE * event.done) / event.total : 0;
    case 'searchable':
      return READING_SHARE;
    case 'embedding':
      return READING_SHARE + (event.total > 0 ? ((1 - READING_SHARE) * event.done) / event.total : 0);
    case 'unchanged':
    case 'done':
    case 'failed':
    case 'cancelled':
      return 1;
  }
}

/** Sums up an import. `sizes` gives each path's bytes; a file of unknown size counts as one kilobyte. */
export function summarise(files: Iterable<FileProgress>, sizes: ReadonlyMap<string, number>): ImportSummary {
  let total = 0;
  let finished = 0;
  let failed = 0;
  let unchanged = 0;
  let weight = 0;
  let done = 0;
  for (const event of files) {
    const size = Math.max(1024, sizes.get(event.path) ?? 0);
    total++;
    weight += size;
    done += size * fractionOf(event);
    if (isFinal(event)) finished++;
    if (event.type === 'failed') failed++;
    if (event.type === 'unchanged') unchanged++;
  }
  return { total, finished, failed, unchanged, fraction: weight === 0 ? 0 : done / weight };
}

const MIN_ELAPSED_MS = 4000;
const MIN_FRACTION = 0.02;

/** Milliseconds still to go at the pace so far, or `undefined` while that would be a guess. */
export function remainingMs(fraction: number, elapsedMs: number): number | undefined {
  if (elapsedMs < MIN_ELAPSED_MS || fraction < MIN_FRACTION || fraction >= 1) return undefined;
  return (elapsedMs * (1 - fraction)) / fraction;
}
