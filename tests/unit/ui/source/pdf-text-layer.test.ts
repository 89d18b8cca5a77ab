import { describe, expect, it } from 'vitest';
import type { PageViewport } from 'pdfjs-dist';
import { assemblePageText, type PdfTextItem } from '../../../../src/engine/pdf-text.ts';
import { textSpans } from '../../../../src/ui/source/pdf-text-layer.ts';

const item = (str: string, x: number, y: number, width: number): PdfTextItem => ({
  str,
  transform: [10, 0, 0, 10, x, y],
  width,
  height: 10,
  hasEOL: false,
});
const ITEMS = [
  item('The lease ends', 50, 700, 70),
  item('on 31 March.', 130, 700, 60),
  item('The deposit follows.', 50, 688, 100),
];
/** A page of 600 × 800 points drawn at twice its size, y downwards. */
const viewport = { scale: 2, transform: [2, 0, 0, -2, 0, 1600] } as unknown as PageViewport;

describe('the text layer of a page', () => {
  it('puts each item where it is drawn', () => {
    const [first] = textSpans(ITEMS, viewport, undefined);
    expect(first).toMatchObject({
      text: 'The lease ends',
      leftPx: 100,
      fontSizePx: 20,
      widthPx: 140,
      angleRad: 0,
      marked: undefined,
    });
    expect(first?.topPx).toBeCloseTo(1600 - 1400 - 16);
  });

  it('marks exactly the characters of the range in the assembled text', () => {
    const { text } = assemblePageText(ITEMS);
    const start = text.indexOf('ends');
    const end = text.indexOf('deposit') + 'deposit'.length;
    const marked = textSpans(ITEMS, viewport, { start, end }).map(
      (span) => span.marked && span.text.slice(span.marked.start, span.marked.end),
    );
    expect(marked).toEqual(['ends', 'on 31 March.', 'The deposit']);
  });
});
