import { describe, expect, it } from 'vitest';
import type { SourceDocument } from '../../../src/domain/document.ts';
import { parseId, type DocumentId, type VersionId } from '../../../src/domain/ids.ts';
import type { IngestEvent } from '../../../src/domain/ingest-event.ts';
import { arrangeRows, joinRows, needsAttention } from '../../../src/ui/screens/library/library-rows.ts';

let nextId = 0;

function document(path: string, over: Partial<SourceDocument> = {}): SourceDocument {
  const id = (nextId++).toString(16).padStart(32, '0');
  return {
    documentId: parseId<DocumentId>(id),
    path,
    title: path,
    status: 'ready',
    currentVersionId: parseId<VersionId>(id),
    sizeBytes: 100,
    addedAt: 0,
    updatedAt: 0,
    tags: [],
    chunkCount: 1,
    warnings: [],
    ...over,
  };
}

const failed: IngestEvent = { type: 'failed', path: 'broken.pdf', problem: { kind: 'damaged', message: 'Damaged.' } };

describe('the rows of the library', () => {
  it('joins a document with the import of its file', () => {
    const event: IngestEvent = { type: 'waiting', path: 'a.md', sizeBytes: 1 };
    const rows = joinRows([document('a.md'), document('b.md')], [event]);
    expect(rows.map(({ path, progress }) => [path, progress?.type])).toEqual([
      ['a.md', 'waiting'],
      ['b.md', undefined],
    ]);
  });

  it('keeps a file that could not be read, and drops one that was cancelled', () => {
    const rows = joinRows([], [failed, { type: 'cancelled', path: 'c.md' }]);
    expect(rows.map(({ path }) => path)).toEqual(['broken.pdf']);
  });

  it('puts files that are not in the library yet first, whatever the order', () => {
    const rows = joinRows([document('a.md', { updatedAt: 9 })], [failed]);
    expect(arrangeRows(rows, '', 'newest').map(({ path }) => path)).toEqual(['broken.pdf', 'a.md']);
    expect(arrangeRows(rows, '', 'name').map(({ path }) => path)).toEqual(['broken.pdf', 'a.md']);
  });

  it('sorts names as people count', () => {
    const rows = joinRows([document('Page 10'), document('page 2'), document('Page 1')], []);
    expect(arrangeRows(rows, '', 'name').map(({ path }) => path)).toEqual(['Page 1', 'page 2', 'Page 10']);
  });

  it('filters by every word, in title, path or tag', () => {
    const rows = joinRows([document('House/roof.md', { tags: ['costs'] }), document('House/attic.md')], []);
    expect(arrangeRows(rows, 'COSTS house', 'name').map(({ path }) => path)).toEqual(['House/roof.md']);
    expect(arrangeRows(rows, 'cellar', 'name')).toEqual([]);
  });

  it('brings warnings to the top on demand', () => {
    const warned = document('z.pdf', { warnings: [{ code: 'pages-without-text', message: 'Scanned.' }] });
    const rows = joinRows([document('a.md'), warned], []);
    expect(rows.filter(needsAttention).map(({ path }) => path)).toEqual(['z.pdf']);
    expect(arrangeRows(rows, '', 'attention').map(({ path }) => path)).toEqual(['z.pdf', 'a.md']);
  });
});
