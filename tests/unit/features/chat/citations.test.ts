import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Passage } from '../../../../src/domain/citation.ts';
import { parseId } from '../../../../src/domain/ids.ts';
import { CitationFilter, resolveCitations } from '../../../../src/features/chat/citations.ts';

function passage(marker: number): Passage {
  const id = String(marker).padStart(32, '0');
  return {
    marker,
    headingPath: [],
    text: `Passage ${marker}.`,
    tokenCount: 3,
    citation: {
      marker,
      chunkId: parseId(id),
      documentId: parseId(id),
      versionId: parseId(id),
      title: `Note ${marker}`,
      path: `note-${marker}.md`,
      locator: { kind: 'text', range: { start: 0, end: 1 } },
      quote: { exact: `Passage ${marker}.`, prefix: '', suffix: '' },
    },
  };
}

const PASSAGES = [1, 2, 3].map(passage);
const resolve = (text: string): { text: string; cited: number[]; dropped: number } => {
  const outcome = resolveCitations(text, PASSAGES);
  return {
    text: outcome.text,
    cited: outcome.citations.map((citation) => citation.marker),
    dropped: outcome.droppedCitationCount,
  };
};

function stream(pieces: readonly string[]): { text: string; dropped: number; mentioned: readonly number[] } {
  const filter = new CitationFilter([1, 2, 3]);
  let text = '';
  for (const piece of pieces) text += filter.push(piece);
  text += filter.end();
  return { text, dropped: filter.droppedCount, mentioned: filter.mentioned };
}

/** Text made of the parts that matter, in any order. */
const markdown = fc
  .array(
    fc.oneof(
      fc.constantFrom(
        '[',
        ']',
        '(',
        ')',
        '`',
        '``',
        '```',
        '~~~',
        '\n',
        '\n\n',
        ' ',
        '  ',
        '\\',
        '<',
        '>',
        ':',
        ',',
        '-',
        '–',
        '【',
        '】',
        '［',
        '］',
        '1',
        '2',
        '9',
        '[1]',
        '[9]',
        '[1, 2]',
        '[1-3]',
        '[2][9]',
        ' [9].',
        '[a](b)',
        '[1](https://x.y)',
        '- ',
        '> ',
        '"',
        'word',
        'ä',
        '👩‍🔬',
        '<https://a.b/[1]>',
        '[1]: x',
      ),
      fc.string({ maxLength: 3 }),
    ),
    { maxLength: 40 },
  )
  .map((parts) => parts.join(''));

describe('resolveCitations', () => {
  it.each([
    ['Stone bridges last [3].', 'Stone bridges last [3].', [3], 0],
    ['Both agree [1][2].', 'Both agree [1][2].', [1, 2], 0],
    ['Both agree [1, 2].', 'Both agree [1][2].', [1, 2], 0],
    ['All agree [1-3].', 'All agree [1][2][3].', [1, 2, 3], 0],
    ['All agree [1–2; 3].', 'All agree [1][2][3].', [1, 2, 3], 0],
    ['橋は石でできている【2】。', '橋は石でできている[2]。', [2], 0],
    ['橋［1、3］', '橋[1][3]', [1, 3], 0],
    ['Nested [[1], [2]].', 'Nested [1][2].', [1, 2], 0],
    ['Mentioned [2] twice [2] and [1].', 'Mentioned [2] twice [2] and [1].', [2, 1], 0],
  ])('reads the markers of %j', (given, text, cited, dropped) => {
    expect(resolve(given)).toEqual({ text, cited, dropped });
  });

  it.each([
    ['It rained [7].', 'It rained.', [], 1],
    ['It rained [7] a lot.', 'It rained a lot.', [], 1],
    ['It rained [7][2].', 'It rained [2].', [2], 1],
    ['It rained [2, 7, 8].', 'It rained [2].', [2], 2],
    ['It rained [2-5].', 'It rained [2][3].', [2, 3], 2],
    ['It rained[0]!', 'It rained!', [], 1],
    ['[[9]1]', '[1]', [1], 1],
    ['Backwards [900-1].', 'Backwards [1].', [1], 1],
  ])('takes markers without a passage out of %j and counts them', (given, text, cited, dropped) => {
    expect(resolve(given)).toEqual({ text, cited, dropped });
  });

  it.each([
    'Code `list[9]` and ``a ` [9]`` stays.',
    '```js\nlist[9] = list[1];\n```',
    '~~~\n[9]\n```\n[8]\n~~~',
    '- item\n  ```\n  [9]\n  ```',
    'A link [see 9](https://example.org/[9]) stays.',
    'A link [9](https://example.org) stays.',
    'A link [9](<a b> "title") stays.',
    '![picture [9]](x.png)',
    '<https://example.org/[9]>',
    'Escaped \\[9] stays.',
    'A year [2024] and a task [ ] and [x] stay.',
  ])('leaves code, links and other brackets of %j alone', (given) => {
    expect(resolve(given)).toEqual({ text: given, cited: [], dropped: 0 });
  });

  it('reads on after a block of code has ended and inside backticks that never close', () => {
    expect(resolve('```\n[9]\n```\nAfter [9] it [1].').text).toBe('```\n[9]\n```\nAfter it [1].');
    expect(resolve('A stray ` here [9].').text).toBe('A stray ` here.');
    expect(resolve('A stray ` here [9].\n\nNext ` paragraph [1].').cited).toEqual([1]);
  });

  it('takes words in brackets after a marker for words, not for a link', () => {
    expect(resolve('Known [1] (see page 3) and [9](as it says).').text).toBe(
      'Known [1] (see page 3) and (as it says).',
    );
  });

  it('keeps a list of sources from turning markers into links', () => {
    expect(resolve('Fact [1].\n\n[1]: https://evil.example').text).toBe('Fact [1].\n\n[1] : https://evil.example');
  });

  it('finds nothing new in what it has resolved', () => {
    fc.assert(
      fc.property(markdown, (text) => {
        const once = resolveCitations(text, PASSAGES);
        for (const { marker } of once.citations) expect(once.text).toContain(`[${marker}]`);
        const twice = resolveCitations(once.text, PASSAGES);
        expect(twice).toEqual({ ...once, droppedCitationCount: 0 });
      }),
      { seed: 7, numRuns: 1000 },
    );
  });
});

describe('CitationFilter', () => {
  it('gives the same text however it is cut', () => {
    fc.assert(
      fc.property(markdown, fc.array(fc.integer({ min: 1, max: 9 }), { maxLength: 60 }), (text, lengths) => {
        const pieces: string[] = [];
        let at = 0;
        for (const length of lengths) {
          pieces.push(text.slice(at, at + length));
          at += length;
        }
        pieces.push(text.slice(at));
        const whole = resolveCitations(text, PASSAGES);
        const streamed = stream(pieces);
        expect(streamed.text).toBe(whole.text);
        expect(streamed.dropped).toBe(whole.droppedCitationCount);
        expect(streamed.mentioned).toEqual(whole.citations.map((citation) => citation.marker));
        expect(stream([...text]).text).toBe(whole.text);
      }),
      { seed: 1, numRuns: 3000 },
    );
  });

  it('never shows a marker without a passage, not even for a moment', () => {
    const filter = new CitationFilter([1]);
    let shown = '';
    for (const character of 'Rain fell [1] and snow [12] too [2, 1]. Then `a[5]` ended.') {
      shown += filter.push(character);
      expect(shown.replace('`a[5]`', '')).not.toMatch(/\[(?!1\])\d*\]?/u);
    }
    expect(shown + filter.end()).toBe('Rain fell [1] and snow too [1]. Then `a[5]` ended.');
    expect(filter.droppedCount).toBe(2);
  });

  it('holds back no more than a marker of plain text', () => {
    const filter = new CitationFilter([1]);
    expect(filter.push('Plain text goes out at once')).toBe('Plain text goes out at once');
    expect(filter.push(' and so [')).toBe(' and so');
    expect(filter.push('1')).toBe('');
    expect(filter.push('] does')).toBe(' [1] does');
  });

  it('gets through 60,000 brackets and backticks in single characters in good time', () => {
    const text = '[`(1[['.repeat(10_000);
    const startedAt = performance.now();
    stream([...text]);
    expect(performance.now() - startedAt).toBeLessThan(20_000);
  });
});
