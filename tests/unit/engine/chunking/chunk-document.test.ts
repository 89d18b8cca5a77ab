import { describe, expect, it } from 'vitest';
import { chunkDocument, CHUNKER_VERSION } from '../../../../src/engine/chunking/chunk-document.ts';
import { checkChunks, readDocument } from '../../workers/extract/read-file.ts';

const SETTINGS = { maxTokens: 80, overlapTokens: 20 };
const sentence = (index: number): string => `Sentence number ${index} says something about the garden.`;
const prose = (from: number, count: number): string =>
  Array.from({ length: count }, (_, index) => sentence(from + index)).join(' ');

describe('cutting a document into passages', () => {
  it('does not cross a heading, and carries the headings above', async () => {
    const document = await readDocument(
      'x.md',
      `# Garden\n\n${prose(0, 8)}\n\n## Beds\n\n${prose(20, 8)}\n\n### Soil\n\n${prose(40, 8)}\n`,
    );
    const chunks = chunkDocument(document, { maxTokens: 700, overlapTokens: 50 });
    expect(chunks.map((chunk) => chunk.headingPath)).toEqual([
      ['Garden'],
      ['Garden', 'Beds'],
      ['Garden', 'Beds', 'Soil'],
    ]);
    expect(chunks.map((chunk) => chunk.text)).toEqual([prose(0, 8), prose(20, 8), prose(40, 8)]);
    expect(chunks[1]?.locator).toMatchObject({ kind: 'heading', path: ['Garden', 'Beds'] });
    expect(chunks[0]?.quote.suffix).toBe('\n\nBeds\n\nSentence number 20 says something about the '.slice(0, 48));
  });

  it('takes tiny sections under one parent together', async () => {
    const document = await readDocument(
      'x.md',
      '# Words\n\n## One\n\nFirst.\n\n## Two\n\nSecond.\n\n## Three\n\nThird.\n',
    );
    const chunks = chunkDocument(document, { maxTokens: 240, overlapTokens: 30 });
    expect(chunks).toHaveLength(1);
    expect(chunks[0]?.text).toBe('One\n\nFirst.\n\nTwo\n\nSecond.\n\nThree\n\nThird.');
    expect(chunks[0]?.headingPath).toEqual(['Words']);
  });

  it('keeps within the budget, ends at sentences and overlaps by whole ones', async () => {
    const document = await readDocument('x.md', `# T\n\n${prose(0, 40)}`);
    const chunks = chunkDocument(document, SETTINGS);
    checkChunks(document, chunks);
    expect(chunks.length).toBeGreaterThan(4);
    for (const [index, chunk] of chunks.entries()) {
      expect(chunk.tokenCount).toBeLessThanOrEqual(SETTINGS.maxTokens);
      expect(chunk.text).toMatch(/^Sentence .* garden\.$/s);
      const next = chunks[index + 1];
      if (next) {
        expect(next.locator.range.start).toBeLessThan(chunk.locator.range.end);
        expect(chunk.text.endsWith(next.text.slice(0, chunk.locator.range.end - next.locator.range.start))).toBe(true);
      }
    }
  });

  it('cuts a sentence longer than the budget between words, and one without spaces where it must', async () => {
    const document = await readDocument(
      'x.txt',
      `${'word '.repeat(400)}end\n\n${'語'.repeat(500)}😀${'語'.repeat(30)}`,
    );
    const chunks = chunkDocument(document, SETTINGS);
    checkChunks(document, chunks);
    expect(chunks.every((chunk) => chunk.tokenCount <= SETTINGS.maxTokens)).toBe(true);
    expect(
      chunks
        .filter((chunk) => chunk.text.startsWith('word'))
        .every((chunk) => /word$|end$/.test(chunk.text) || chunk.text.includes('語')),
    ).toBe(true);
    expect(chunks.some((chunk) => chunk.text.includes('😀'))).toBe(true);
    expect(chunks.every((chunk) => chunk.text.isWellFormed())).toBe(true);
  });

  it('repeats a table’s header and cuts code at lines', async () => {
    const rows = Array.from({ length: 40 }, (_, index) => `| Bed ${index} | carrots and peas |`).join('\n');
    const code = Array.from({ length: 60 }, (_, index) => `const bed${index} = plant(${index});`).join('\n');
    const document = await readDocument(
      'x.md',
      `# T\n\n| Where | What |\n| --- | --- |\n${rows}\n\n\`\`\`js\n${code}\n\`\`\`\n`,
    );
    const chunks = chunkDocument(document, SETTINGS);
    checkChunks(document, chunks);
    const tables = chunks.filter((chunk) => chunk.text.includes('| carrots'));
    expect(tables.length).toBeGreaterThan(2);
    expect(tables.every((chunk) => chunk.text.startsWith('Where | What\n'))).toBe(true);
    const lines = chunks.filter((chunk) => chunk.text.includes('plant(')).flatMap((chunk) => chunk.text.split('\n'));
    expect(
      lines.filter((line) => line.includes('plant(')).every((line) => /^const bed\d+ = plant\(\d+\);$/.test(line)),
    ).toBe(true);
  });

  it('gives each passage the quote by which it can be found again', async () => {
    const document = await readDocument('x.md', `# T\n\n${prose(0, 30)}`);
    for (const { quote, locator } of chunkDocument(document, SETTINGS)) {
      const { start, end } = locator.range;
      expect(document.text.slice(start, start + quote.exact.length)).toBe(quote.exact);
      expect(document.text.slice(start - quote.prefix.length, start)).toBe(quote.prefix);
      expect(document.text.slice(end, end + quote.suffix.length)).toBe(quote.suffix);
    }
  });

  it('makes the same passages each time, and none of nothing', async () => {
    const document = await readDocument('x.md', `# T\n\n${prose(0, 30)}`);
    expect(chunkDocument(document, SETTINGS)).toEqual(chunkDocument(structuredClone(document), SETTINGS));
    expect(chunkDocument({ ...document, text: '', blocks: [] }, SETTINGS)).toEqual([]);
    expect(CHUNKER_VERSION).toBe(1);
  });

  it('lets a heading with nothing under it be found', async () => {
    const document = await readDocument('x.md', '# Only a heading\n');
    expect(chunkDocument(document, SETTINGS).map((chunk) => chunk.text)).toEqual(['Only a heading']);
  });
});
