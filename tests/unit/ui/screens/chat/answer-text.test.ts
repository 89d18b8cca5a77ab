import { describe, expect, it } from 'vitest';
import type { Citation } from '../../../../../src/domain/citation.ts';
import { randomId, type ChunkId, type DocumentId, type VersionId } from '../../../../../src/domain/ids.ts';
import { answerWithFootnotes } from '../../../../../src/ui/screens/chat/answer-text.ts';
import { readQuestions } from '../../../../../src/ui/screens/chat/sample-questions.ts';

const citation = (marker: number, page: number): Citation => ({
  marker,
  chunkId: randomId<ChunkId>(),
  documentId: randomId<DocumentId>(),
  versionId: randomId<VersionId>(),
  title: 'Lease',
  path: 'house/lease.pdf',
  locator: { kind: 'page', page, range: { start: 0, end: 1 } },
  quote: { exact: 'x', prefix: '', suffix: '' },
});

describe('a copied answer', () => {
  it('carries its citations as footnotes with title, place and path', () => {
    expect(answerWithFootnotes('It ends in March [1], see [9] and [1](https://example.org).', [citation(1, 3)])).toBe(
      'It ends in March [^1], see [9] and [1](https://example.org).\n\n[^1]: Lease, p. 3 (house/lease.pdf)\n',
    );
  });

  it('stays as it is without citations', () => {
    expect(answerWithFootnotes(' Nothing here. ', [])).toBe('Nothing here.');
  });
});

describe('the questions of the sample library', () => {
  it('are read only in the form they should have', () => {
    expect(readQuestions([{ question: 'A?' }, { question: 3 }, null, 'B?', { question: 'C?' }])).toEqual(['A?', 'C?']);
    expect(readQuestions({ question: 'A?' })).toEqual([]);
  });
});
