import { describe, expect, it } from 'vitest';
import { checkChunks, checkPositions, outline, readDocument, readFile } from './read-file.ts';

describe('reading plain text', () => {
  it('makes paragraphs of lines between blank ones, and headings of chapters', async () => {
    const document = await readDocument(
      'book.txt',
      'BOOK ONE\n\nCHAPTER IV\n\nIt was late.\nVery late.  \n\n\n\nThen it\nwas not.\n',
    );
    checkPositions(document);
    expect(outline(document)).toEqual([
      'h1 BOOK ONE',
      'h2 CHAPTER IV',
      'paragraph It was late.\nVery late.',
      'paragraph Then it\nwas not.',
    ]);
    expect(document.title).toBe('book');
  });

  it('cuts a line without end at sentences, losing nothing', async () => {
    const line = 'A sentence that says something. '.repeat(3000);
    const { outcome, chunks } = await readFile('long.txt', line);
    if (outcome.kind !== 'extracted') throw new Error('not read');
    checkPositions(outcome.document);
    checkChunks(outcome.document, chunks);
    expect(outcome.document.blocks.length).toBeGreaterThan(10);
    expect(outcome.document.text.replace(/\s/g, '')).toBe(line.replace(/\s/g, ''));
  });
});
