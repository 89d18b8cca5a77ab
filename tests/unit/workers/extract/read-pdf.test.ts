import { describe, expect, it } from 'vitest';
import { makePdf } from './make-files.ts';
import { checkChunks, checkPositions, outline, readDocument, readFile, readProblem } from './read-file.ts';

const TWO_PAGES = makePdf(
  [
    [
      { text: 'Annual report', size: 24 },
      { text: 'The year was good for ef-', y: 690 },
      { text: 'ficient machines. Sales rose.', y: 676 },
      { text: 'A second paragraph stands apart.', y: 630 },
    ],
    [],
    [{ text: 'Costs were efficient as well.' }],
  ],
  'Report 2025',
);

describe('reading PDF', () => {
  it('gives the text of each page, with paragraphs and headings', async () => {
    const document = await readDocument('report.pdf', TWO_PAGES);
    checkPositions(document);
    expect(document.title).toBe('Report 2025');
    expect(document.properties).toEqual({ author: 'A. Writer' });
    expect(outline(document)).toEqual([
      'h1 Annual report',
      'paragraph The year was good for ef-\nficient machines. Sales rose.',
      'paragraph A second paragraph stands apart.',
      'paragraph Costs were efficient as well.',
    ]);
    expect(document.blocks.map((block) => block.page)).toEqual([1, 1, 1, 3]);
  });

  it('says which pages have no text', async () => {
    const document = await readDocument('report.pdf', TWO_PAGES);
    expect(document.pages?.map((page) => page.kind)).toEqual(['text', 'no-text', 'text']);
    expect(document.warnings).toEqual([
      expect.objectContaining({ code: 'pages-without-text', message: expect.stringContaining('Page 2 has no text') }),
    ]);
  });

  it('joins hyphenated words in passages and leaves the page as it is', async () => {
    const { outcome, chunks, unitCount } = await readFile('report.pdf', TWO_PAGES);
    if (outcome.kind !== 'extracted') throw new Error('not read');
    checkChunks(outcome.document, chunks);
    expect(unitCount).toBe(3);
    expect(chunks[0]?.text).toContain('good for efficient machines');
    expect(chunks[0]?.quote.exact).toContain('ef-\nficient');
    expect(chunks[0]?.locator).toMatchObject({ kind: 'page', page: 1 });
  });

  it('calls a PDF without any text scanned', async () => {
    const problem = await readProblem('scan.pdf', makePdf([[], []]));
    expect(problem.kind).toBe('no-text');
    expect(problem.message).toContain('none of its 2 pages has text');
  });

  it('calls a cut-off PDF damaged or reads what is left of it', async () => {
    expect((await readProblem('cut.pdf', TWO_PAGES.slice(0, 60))).kind).toBe('damaged');
  });

  it('stops at the limit of pages', async () => {
    const { outcome } = await readFile('many.pdf', makePdf(Array.from({ length: 5001 }, () => [])));
    expect(outcome.kind === 'problem' && outcome.problem.kind).toBe('limit-exceeded');
  });
});
