import { describe, expect, it } from 'vitest';
import type { IngestEvent } from '../../../src/domain/ingest-event.ts';
import { parseId, type DocumentId } from '../../../src/domain/ids.ts';
import { fractionOf, isFinal, remainingMs, summarise } from '../../../src/ui/state/import-progress.ts';

const documentId = parseId<DocumentId>('0'.repeat(32));
const path = 'a.md';

const inOrder: readonly IngestEvent[] = [
  { type: 'waiting', path, sizeBytes: 10 },
  { type: 'staged', path, documentId },
  { type: 'reading', path, documentId, unit: 'page', done: 3, total: 40 },
  { type: 'searchable', path, documentId, chunkCount: 4, reusedCount: 0 },
  { type: 'embedding', path, documentId, done: 120, total: 300 },
  { type: 'done', path, documentId, chunkCount: 4, warnings: [] },
];

describe('the progress of one file', () => {
  it('never goes back from one event to the next', () => {
    const fractions = inOrder.map(fractionOf);
    expect(fractions).toEqual([...fractions].sort((a, b) => a - b));
    expect(fractions.at(0)).toBe(0);
    expect(fractions.at(-1)).toBe(1);
  });

  it('is over only with its last event', () => {
    expect(inOrder.map(isFinal)).toEqual([false, false, false, false, false, true]);
  });

  it('takes a file of no parts for not begun', () => {
    expect(fractionOf({ type: 'reading', path, documentId, unit: 'part', done: 0, total: 0 })).toBe(0);
  });
});

describe('the sum of an import', () => {
  it('weighs files by their size', () => {
    const files: readonly IngestEvent[] = [
      { type: 'done', path: 'big', documentId, chunkCount: 1, warnings: [] },
      { type: 'waiting', path: 'small', sizeBytes: 2048 },
    ];
    const sizes = new Map([
      ['big', 6144],
      ['small', 2048],
    ]);
    expect(summarise(files, sizes)).toEqual({ total: 2, finished: 1, failed: 0, unchanged: 0, fraction: 0.75 });
  });

  it('counts what failed and what was there already as finished', () => {
    const files: readonly IngestEvent[] = [
      { type: 'failed', path: 'x', problem: { kind: 'damaged', message: 'Damaged.' } },
      { type: 'unchanged', path: 'y', documentId },
    ];
    expect(summarise(files, new Map())).toMatchObject({ finished: 2, failed: 1, unchanged: 1, fraction: 1 });
  });

  it('is nothing when there are no files', () => {
    expect(summarise([], new Map()).fraction).toBe(0);
  });
});

describe('the time that remains', () => {
  it('is told at the pace so far', () => {
    expect(remainingMs(0.25, 10_000)).toBe(30_000);
  });

  it('is not told while it would be a guess', () => {
    expect(remainingMs(0.25, 1000)).toBeUndefined();
    expect(remainingMs(0.001, 60_000)).toBeUndefined();
    expect(remainingMs(1, 60_000)).toBeUndefined();
  });
});
