import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MarkdownStream, parseMarkdown } from '../../../../src/ui/markdown/markdown-stream.ts';
import type { RenderBlock } from '../../../../src/ui/markdown/render-model.ts';

const SAMPLE = `# Moving house

The lease ends on **31 March** [1], and the deposit comes back *within six weeks* [2, 3].
It is ~~four~~ six weeks; see \`lease.pdf\`.

- First thing
- Second thing
  1. nested one
  2. nested two

- [x] done
- [ ] open

> A quotation
> over two lines

| Item | Cost |
| :--- | ---: |
| Van  | 80 |
| Boxes | 25 |

\`\`\`ts
const x = 1;

\`\`\`

***

7) seven
8) eight

Line one\\
line two

Setext
---

Last words, see <https://example.org/a> and www.example.com.
`;

function streamed(text: string, sizes: readonly number[]): readonly RenderBlock[] {
  const stream = new MarkdownStream();
  let at = 0;
  for (let i = 0; at < text.length; i++) {
    const size = sizes[i % sizes.length] ?? 1;
    stream.append(text.slice(at, at + size));
    while (stream.hasMore) stream.advance();
    at += size;
  }
  stream.end();
  while (stream.hasMore) stream.advance();
  return stream.blocks;
}

describe('the Markdown stream', () => {
  it('renders every construct on the list', () => {
    const kinds = parseMarkdown(SAMPLE).map((block) => block.kind);
    expect(kinds).toEqual([
      'heading',
      'paragraph',
      'list',
      'quote',
      'table',
      'code',
      'rule',
      'list',
      'paragraph',
      'heading',
      'paragraph',
    ]);
  });

  it('gives the same blocks whatever the pieces the text arrives in', () => {
    const whole = parseMarkdown(SAMPLE);
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 20 }), (sizes) => {
        expect(streamed(SAMPLE, sizes)).toEqual(whole);
      }),
      { numRuns: 60, seed: 7 },
    );
  });

  it('gives the same blocks for random mixtures of lines, streamed or whole', () => {
    const line = fc.constantFrom(
      '',
      '',
      'plain text',
      'more **bold** text',
      '- item',
      '  - nested',
      '1. one',
      '2. two',
      '# Head',
      '---',
      '> quote',
      '```',
      '~~~',
      '    indented',
      '| a | b |',
      '|---|---|',
      '| 1 | 2 |',
      '[1]: http://x.org',
      '[^1]: note',
      '* star',
      '===',
    );
    fc.assert(
      fc.property(
        fc.array(line, { maxLength: 25 }),
        fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1 }),
        (lines, sizes) => {
          const text = lines.join('\n');
          expect(streamed(text, sizes)).toEqual(parseMarkdown(text));
        },
      ),
      { numRuns: 400, seed: 11 },
    );
  });

  it('keeps the identity of closed blocks while the text grows', () => {
    const stream = new MarkdownStream();
    stream.append('First paragraph.\n\nSecond paragraph.\n\nThird\n');
    while (stream.hasMore) stream.advance();
    const [first, second] = stream.blocks;
    stream.append(' goes on.\n\n- a\n- b\n- c\n');
    while (stream.hasMore) stream.advance();
    expect(stream.blocks[0]).toBe(first);
    expect(stream.blocks[1]).toBe(second);
  });

  it('keeps the identity of finished items and rows in an open list and table', () => {
    const stream = new MarkdownStream();
    const rows = Array.from({ length: 20 }, (_, i) => `| ${i} | x |`).join('\n');
    stream.append(`| a | b |\n|---|---|\n${rows}\n`);
    while (stream.hasMore) stream.advance();
    const before = stream.blocks[0];
    stream.append('| 20 | x |\n| 21 | x |\n');
    while (stream.hasMore) stream.advance();
    const after = stream.blocks[0];
    if (before?.kind !== 'table' || after?.kind !== 'table') throw new Error('a table was expected');
    expect(after.rows).toHaveLength(22);
    expect(after.rows[10]).toBe(before.rows[10]);
  });

  it('shows half-written emphasis, links and code as they will read', () => {
    const show = (text: string) => {
      const stream = new MarkdownStream();
      stream.append(text);
      stream.advance();
      return stream.blocks;
    };
    expect(show('A **bold st')).toEqual([
      {
        kind: 'paragraph',
        inlines: [
          { kind: 'text', text: 'A ' },
          { kind: 'strong', children: [{ kind: 'text', text: 'bold st' }] },
        ],
      },
    ]);
    expect(show('As said [1')).toEqual([{ kind: 'paragraph', inlines: [{ kind: 'text', text: 'As said' }] }]);
    expect(show('See [the site](https://exam')).toEqual([
      { kind: 'paragraph', inlines: [{ kind: 'text', text: 'See' }] },
    ]);
    expect(show('Run `npm te')).toEqual([
      {
        kind: 'paragraph',
        inlines: [
          { kind: 'text', text: 'Run ' },
          { kind: 'code', text: 'npm te' },
        ],
      },
    ]);
    expect(show('```js\nlet a;\n``')).toEqual([{ kind: 'code', language: 'js', text: 'let a;' }]);
  });

  it('reads citation markers, also several in one pair of brackets, and never as links', () => {
    expect(parseMarkdown('A [1][2] and [3, 4].\n\n[1]: https://evil.example/x')).toEqual([
      {
        kind: 'paragraph',
        inlines: [
          { kind: 'text', text: 'A\u00a0' },
          { kind: 'citation', marker: 1 },
          { kind: 'citation', marker: 2 },
          { kind: 'text', text: ' and\u00a0' },
          { kind: 'citation', marker: 3 },
          { kind: 'citation', marker: 4 },
          { kind: 'text', text: '.' },
        ],
      },
      expect.objectContaining({ kind: 'paragraph' }),
    ]);
  });

  it('stops at the limit of nodes and says so', () => {
    const blocks = parseMarkdown('word\n\n'.repeat(500), 100);
    expect(blocks.at(-1)).toEqual({ kind: 'cut' });
    expect(blocks.length).toBeLessThan(120);
  });

  it('stops at two million characters and says so', () => {
    const blocks = parseMarkdown(`\`\`\`\n${'x'.repeat(3_000_000)}`);
    expect(blocks.at(-1)).toEqual({ kind: 'cut' });
    const [code] = blocks;
    expect(code?.kind === 'code' ? code.text.length : 0).toBeLessThanOrEqual(2 * 1024 * 1024);
  });

  it.each([
    ['quotes', `${'>'.repeat(20_000)} deep`],
    ['lists', `${'- '.repeat(5_000)}deep`],
    ['brackets', '['.repeat(20_000)],
    ['images', '!['.repeat(10_000)],
    ['emphasis', '*a _b '.repeat(4_000)],
    ['asterisks', '*'.repeat(20_000)],
    ['backticks', Array.from({ length: 200 }, (_, i) => '`'.repeat(i)).join(' ')],
    ['pipes', `${'|'.repeat(4_000)}\n${'|-'.repeat(4_000)}`],
    ['one long line', 'word '.repeat(40_000)],
    ['addresses', 'https://a.b/'.repeat(2_000)],
  ])('takes in hostile %s within a bounded time and depth', (_, text) => {
    const stream = new MarkdownStream();
    stream.append(text);
    stream.end();
    let longestMs = 0;
    while (stream.hasMore) {
      const from = performance.now();
      stream.advance();
      longestMs = Math.max(longestMs, performance.now() - from);
    }
    expect(depthOf(stream.blocks)).toBeLessThan(200);
    expect(longestMs).toBeLessThan(1500);
  });
});

function depthOf(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 0;
  return 1 + Math.max(0, ...Object.values(value).map(depthOf));
}
