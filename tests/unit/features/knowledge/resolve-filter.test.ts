import { describe, expect, it } from 'vitest';
import type { SourceDocument } from '../../../../src/domain/document.ts';
import { idFromBytes, type DocumentId, type VersionId } from '../../../../src/domain/ids.ts';
import { parseQuestion } from '../../../../src/engine/ranking/parse-question.ts';
import { resolveFilter } from '../../../../src/features/knowledge/resolve-filter.ts';
import { sourceDate } from '../../../../src/features/knowledge/source-date.ts';

const NOW = new Date(2026, 2, 5, 12).getTime();

function numbered<Id extends DocumentId | VersionId>(number: number): Id {
  return idFromBytes<Id>(new Uint8Array(16).fill(number));
}

function documentAt(number: number, path: string, more: Partial<SourceDocument> = {}): SourceDocument {
  return {
    documentId: numbered(number),
    path,
    title: path,
    status: 'ready',
    currentVersionId: numbered(number),
    sizeBytes: 1,
    addedAt: NOW,
    updatedAt: NOW,
    tags: [],
    chunkCount: 1,
    warnings: [],
    ...more,
  };
}

const DOCUMENTS = [
  documentAt(1, 'archive/2024/Annual Report.pdf', { format: 'pdf', datedAt: new Date(2024, 5, 1).getTime() }),
  documentAt(2, 'recipes/Crème.md', { format: 'markdown', tags: ['food/sweet', 'Draft'], title: 'Burnt cream' }),
  documentAt(3, 'recipes/old archive/soup.md', {
    format: 'markdown',
    tags: ['food'],
    datedAt: new Date(2023, 0, 9).getTime(),
  }),
  documentAt(4, 'log.yml', { format: 'yaml', datedAt: new Date(2024, 11, 31, 23).getTime() }),
];

function pathsFor(question: string): string[] | string {
  const resolved = resolveFilter(parseQuestion(question, NOW).filters, DOCUMENTS, NOW);
  if (resolved.kind === 'nothing') return resolved.message;
  if (resolved.kind === 'everything') return 'everything';
  return DOCUMENTS.filter(({ documentId }) => resolved.documentIds.includes(documentId)).map(({ path }) => path);
}

const [REPORT, CREAM, SOUP, LOG] = DOCUMENTS.map(({ path }) => path);

describe('the conditions of a question', () => {
  it.each([
    ['soup', 'everything'],
    ['file:report', [REPORT]],
    ['file:creme', [CREAM]],
    ['file:cream', [CREAM]],
    ['file:*.md', [CREAM, SOUP]],
    ['path:2024/annual', [REPORT]],
    [String.raw`path:archive\2024`, [REPORT]],
    ['in:archive', [REPORT]],
    ['in:"old archive"', [SOUP]],
    ['in:recipes', [CREAM, SOUP]],
    ['tag:food', [CREAM, SOUP]],
    ['tag:#food/sweet', [CREAM]],
    ['tag:draft', [CREAM]],
    ['type:pdf', [REPORT]],
    ['type:md', [CREAM, SOUP]],
    ['type:yml', [LOG]],
    ['date:2024', [REPORT, LOG]],
    ['date:2024-06-01', [REPORT]],
    ['after:2024-06-01 before:2024-12-31', [REPORT]],
    ['after:2024-12', [CREAM, LOG]],
    ['date:today', [CREAM]],
    ['file:report file:soup', [REPORT, SOUP]],
    ['tag:food -tag:draft', [SOUP]],
    ['-in:recipes', [REPORT, LOG]],
  ])('%s lets the right files through', (question, paths) => {
    expect(pathsFor(question)).toEqual(paths);
  });

  it('that nothing meets are named', () => {
    expect(pathsFor('tag:"sea voyage" file:report')).toContain('“sea voyage”');
    expect(pathsFor('tag:"sea voyage"')).toContain('tag:"sea voyage"');
    expect(pathsFor('in:nowhere')).toContain('no folder “nowhere”');
    expect(pathsFor('before:1999')).toContain('before 1999');
    expect(pathsFor('tag:food type:pdf')).toContain('“tag:food” “type:pdf”');
  });
});

describe('the date of a source', () => {
  const dateOf = (properties: Record<string, string>): string | undefined => {
    const date = sourceDate({ properties });
    return date === undefined ? undefined : new Date(date).toDateString();
  };

  it('is read from its properties', () => {
    expect(dateOf({ Date: '2024-03-05' })).toBe('Tue Mar 05 2024');
    expect(dateOf({ created: '2024-03-05T10:00:00Z', title: 'x' })).toBe('Tue Mar 05 2024');
    expect(dateOf({ CreationDate: 'D:20240305101112+01' })).toBe('Tue Mar 05 2024');
  });

  it('is not made up', () => {
    expect(dateOf({ date: 'last spring', created: '2024-02-31', modified: '20x' })).toBeUndefined();
    expect(dateOf({})).toBeUndefined();
  });
});
