import { describe, expect, it } from 'vitest';
import type { SourceDocument } from '../../../../src/domain/document.ts';
import { randomId, type DocumentId, type VersionId } from '../../../../src/domain/ids.ts';
import { findLinkedDocument } from '../../../../src/ui/source/find-document.ts';

function documentAt(path: string, title: string): SourceDocument {
  return {
    documentId: randomId<DocumentId>(),
    path,
    title,
    status: 'ready',
    currentVersionId: randomId<VersionId>(),
    sizeBytes: 1,
    addedAt: 0,
    updatedAt: 0,
    tags: [],
    chunkCount: 1,
    warnings: [],
  };
}

const documents = [
  documentAt('notes/deep/Deposit.md', 'About the deposit'),
  documentAt('notes/Deposit.md', 'The deposit'),
  documentAt('Lease.v2.md', 'Lease agreement'),
];

describe('a wikilink', () => {
  it.each([
    ['wiki:Deposit', 'notes/Deposit.md'],
    ['wiki:deposit#When it comes back', 'notes/Deposit.md'],
    ['wiki:deep/Deposit', 'notes/deep/Deposit.md'],
    ['wiki:notes/Deposit.md', 'notes/Deposit.md'],
    ['wiki:Lease.v2', 'Lease.v2.md'],
    ['wiki:Lease Agreement', 'Lease.v2.md'],
  ])('%s opens %s', (href, path) => {
    expect(findLinkedDocument(href, documents)?.path).toBe(path);
  });

  it.each(['wiki:', 'wiki:#Heading', 'wiki:Missing', 'https://example.org/Deposit', 'posit', 'wiki:posit'])(
    '%s opens nothing',
    (href) => {
      expect(findLinkedDocument(href, documents)).toBeUndefined();
    },
  );
});
