import { describe, expect, it } from 'vitest';
import { checkChunks, checkPositions, readDocument, readFile } from './read-file.ts';

describe('reading CSV', () => {
  it.each([
    ['comma', 'Name,Born,"Notes, long"\nAda,1815,"first ""programmer"""\nAlan,1912,x\n'],
    ['semicolon', 'Name;Born;Notes, long\nAda;1815;first "programmer"\nAlan;1912;x\n'],
    ['tab', 'Name\tBorn\tNotes, long\nAda\t1815\tfirst "programmer"\nAlan\t1912\tx\n'],
  ])('finds the delimiter: %s', async (_, source) => {
    const document = await readDocument('people.csv', source);
    checkPositions(document);
    expect(document.text).toBe('Name | Born | Notes, long\nAda | 1815 | first "programmer"\nAlan | 1912 | x');
    const [table] = document.blocks;
    expect(table?.kind === 'table' && [table.header.length, table.rows.length]).toEqual([3, 2]);
  });

  it('takes a first row of numbers for data', async () => {
    const document = await readDocument('n.csv', '1,2\n3,4\n');
    const [table] = document.blocks;
    expect(table?.kind === 'table' && [table.header.length, table.rows.length]).toEqual([0, 2]);
  });

  it('repeats the header in each passage and names its rows', async () => {
    const rows = Array.from({ length: 300 }, (_, index) => `item ${index},a description of the item,${index * 3}`);
    const { outcome, chunks } = await readFile('items.csv', `name,about,price\n${rows.join('\n')}\n`);
    if (outcome.kind !== 'extracted') throw new Error('not read');
    checkChunks(outcome.document, chunks);
    expect(chunks.length).toBeGreaterThan(5);
    expect(chunks.every((chunk) => chunk.text.startsWith('name | about | price\n'))).toBe(true);
    expect(chunks.every((chunk) => chunk.tokenCount <= 240)).toBe(true);
    expect(chunks[0]?.locator).toMatchObject({ kind: 'row', firstRow: 1 });
    expect(chunks.at(-1)?.locator).toMatchObject({ kind: 'row', lastRow: 300 });
  });
});
