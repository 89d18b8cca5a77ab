import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { titleFor } from '../../../../src/features/chat/title.ts';

describe('titleFor', () => {
  it('keeps a short question as it is', () => {
    expect(titleFor('What did we decide about the bridge?')).toBe('What did we decide about the bridge?');
  });

  it('cuts a long question at the edge of a word', () => {
    const title = titleFor('Which of the mills along the river were still grinding grain in the winter of 1846?');
    expect(title).toBe('Which of the mills along the river were still grinding…');
  });

  it('takes the first line that says something, without its marks', () => {
    expect(titleFor('\n---\n## **Summary** of `notes`\nmore')).toBe('Summary of notes');
  });

  it('cuts languages without blanks, and words without end, between characters', () => {
    expect(titleFor('橋'.repeat(200)).length).toBeLessThanOrEqual(60);
    const title = titleFor(`Who ${'👩‍🔬'.repeat(40)}`);
    expect(title).toBe(`Who ${'👩‍🔬'.repeat(11)}…`);
  });

  it('names a question that says nothing', () => {
    expect(titleFor(' ??? \n')).toBe('Untitled conversation');
  });

  it('is never longer than 60, never empty, on one line', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 300 }), (question) => {
        const title = titleFor(question);
        expect(title.length).toBeGreaterThan(0);
        expect(title.length).toBeLessThanOrEqual(60);
        expect(title).not.toMatch(/[\r\n]/u);
      }),
      { seed: 3 },
    );
  });
});
