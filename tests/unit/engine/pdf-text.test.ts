import { describe, expect, it } from 'vitest';
import { assemblePageText, type PdfTextItem } from '../../../src/engine/pdf-text.ts';

function item(str: string, x: number, y: number, more: Partial<PdfTextItem> = {}): PdfTextItem {
  return { str, transform: [10, 0, 0, 10, x, y], width: str.length * 5, height: 10, hasEOL: false, ...more };
}

describe('assembling a page’s text', () => {
  it('puts spaces, line ends and blank lines where the page has gaps', () => {
    const items = [
      item('Hello', 0, 100),
      item('world', 30, 100, { hasEOL: true }),
      item('next', 0, 88),
      item('line', 20, 88),
      item('apart', 0, 50),
    ];
    const { text, ranges } = assemblePageText(items);
    expect(text).toBe('Hello world\nnextline\n\napart');
    expect(ranges.map(({ start, end }) => text.slice(start, end))).toEqual(['Hello', 'world', 'next', 'line', 'apart']);
  });

  it('keeps a superscript on its line', () => {
    const note = item('2', 25, 104, { transform: [6, 0, 0, 6, 25, 104], height: 6, width: 3 });
    expect(assemblePageText([item('Hello', 0, 100), note, item('there', 32, 100)]).text).toBe('Hello2 there');
  });

  it('gives an item of spaces no text and an empty range', () => {
    const { text, ranges } = assemblePageText([item('a', 0, 0), item('   ', 5, 0), item('b', 20, 0), item(' ', 25, 0)]);
    expect(text).toBe('a b');
    expect(ranges).toEqual([
      { start: 0, end: 1 },
      { start: 1, end: 1 },
      { start: 2, end: 3 },
      { start: 3, end: 3 },
    ]);
  });

  it('leaves out what cannot be seen', () => {
    const { text, removedCount } = assemblePageText([item('pay\u202Eme\u{E0041}', 0, 0)]);
    expect([text, removedCount]).toEqual(['payme', 2]);
  });

  it('says the same for the same items, and nothing for none', () => {
    expect(assemblePageText([])).toEqual({ text: '', ranges: [], removedCount: 0 });
  });
});
