import { describe, expect, it } from 'vitest';
import { parseMarkdown } from '../../../../../src/ui/markdown/markdown-stream.ts';
import { quotationsOf } from '../../../../../src/ui/screens/chat/quotations.ts';

const textOf = (markdown: string) =>
  quotationsOf(parseMarkdown(markdown)).map(({ marker, sentences }) => [
    marker,
    sentences.map((inlines) => inlines.map((inline) => ('text' in inline ? inline.text : `<${inline.kind}>`)).join('')),
  ]);

describe('an extractive answer', () => {
  it.each([
    ['quotes', '> “It ends in March.” [1]\n\n> “By letter only.” [2]'],
    ['lists', '- "It ends in March." [1]\n- "By letter only." [2]'],
    ['paragraphs', 'It ends in March. [1]\n\nBy letter only. [2]'],
    ['markers on a line of their own', '> It ends in March.\n>\n> [1]\n\n> By letter only.\n>\n> [2]'],
    ['a dash before the marker', '> “It ends in March.” — [1]\n\n> “By letter only.” — [2]'],
  ])('is read as quotations from %s', (_, markdown) => {
    expect(textOf(markdown)).toEqual([
      [1, ['It ends in March.']],
      [2, ['By letter only.']],
    ]);
  });

  it('joins neighbours of one source and keeps words that are no quotation', () => {
    expect(textOf('The best sentences:\n\n> A. [3]\n\n> B. [3]\n\n> C. [1]')).toEqual([
      [undefined, ['The best sentences:']],
      [3, ['A.', 'B.']],
      [1, ['C.']],
    ]);
  });

  it('keeps quotation marks inside a sentence', () => {
    expect(textOf('> “He said “no” and left.” [1]')).toEqual([[1, ['He said “no” and left.']]]);
  });
});
