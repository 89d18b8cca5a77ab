import { gzipSync, strToU8, zipSync } from 'fflate';
import { describe, expect, it } from 'vitest';
import { DESKTOP_LIMITS } from '../../../../workers/extract/limits.ts';
import { docxParagraph, makeDocx, makePdf } from './make-files.ts';
import { readDocument, readFile, readProblem } from './read-file.ts';

describe('deciding what a file is', () => {
  it('reads a mislabelled file as what it is and says so', async () => {
    for (const [name, bytes, format] of [
      ['notes.txt', makePdf([[{ text: 'A page' }]]), 'pdf'],
      ['notes.pdf', makeDocx(docxParagraph('A paragraph')), 'docx'],
      ['notes.md', strToU8('<!DOCTYPE html><html><body><p>A page</p></body></html>'), 'html'],
      ['notes.pdf', strToU8('Just words.'), 'text'],
    ] as const) {
      const document = await readDocument(name, bytes);
      expect(document.format).toBe(format);
      expect(document.warnings.map((warning) => warning.code)).toEqual(['mislabelled']);
    }
  });

  it('goes by the extension between kinds of text, and reads any other text as text', async () => {
    expect((await readDocument('a.csv', 'a,b\n1,2')).format).toBe('csv');
    expect((await readDocument('a.md', '# a')).format).toBe('markdown');
    expect((await readDocument('script.py', 'print("hello")')).format).toBe('text');
    expect((await readDocument('README', 'hello')).format).toBe('text');
    expect((await readDocument('a.yml', 'a: b')).warnings).toEqual([]);
  });

  it.each([
    ['photo.png', Uint8Array.from([0x89, 0x50, 0x4e, 0x47, 13, 10, 26, 10, 0, 0, 0, 13]), 'image'],
    ['sheet.xlsx', zipSync({ 'xl/workbook.xml': new Uint8Array(4) }), 'Excel workbook'],
    ['deck.pptx', zipSync({ 'ppt/presentation.xml': new Uint8Array(4) }), 'PowerPoint'],
    ['book.epub', zipSync({ mimetype: [strToU8('application/epub+zip'), { level: 0 }] }), 'EPUB'],
    ['all.zip', zipSync({ 'a.txt': strToU8('a') }), 'archive (ZIP)'],
    ['all.tar.gz', gzipSync(new Uint8Array(999)), 'GZIP'],
    ['old.rtf', strToU8('{\\rtf1 Hello}'), 'Rich Text'],
    ['mail.eml', strToU8('From: a@example.org\n\nHello'), 'email'],
    ['word.xml', strToU8('<?xml version="1.0"?><w:wordDocument/>'), 'Word 2003 XML'],
    ['noise.bin', Uint8Array.from({ length: 3000 }, (_, index) => (index * 7919) % 256), 'not a text'],
  ])('names %s and what can be done', async (name, bytes, what) => {
    const problem = await readProblem(name, bytes);
    expect(problem.kind).toBe('unsupported');
    expect(problem.message).toContain(what);
    expect(problem.message).toContain(name);
  });

  it('calls nothing empty, garbage with a known name damaged, and too much too large', async () => {
    expect((await readProblem('a.md', '')).kind).toBe('empty');
    expect((await readProblem('a.txt', ' \n \n')).kind).toBe('empty');
    const garbage = Uint8Array.from({ length: 3000 }, (_, index) => (index * 7919) % 256);
    expect((await readProblem('a.pdf', garbage)).kind).toBe('damaged');
    expect((await readProblem('a.docx', garbage)).kind).toBe('damaged');
    const { outcome } = await readFile('a.txt', 'x'.repeat(2000), undefined, { ...DESKTOP_LIMITS, fileBytes: 1000 });
    expect(outcome.kind === 'problem' && outcome.problem.kind).toBe('too-large');
    const wordy = await readFile('a.txt', 'word '.repeat(2000), undefined, { ...DESKTOP_LIMITS, textChars: 1000 });
    expect(wordy.outcome.kind === 'problem' && wordy.outcome.problem.kind).toBe('limit-exceeded');
  });
});
