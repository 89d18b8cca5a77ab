import { describe, expect, it } from 'vitest';
import type { Block, TextRange } from '../../../../src/domain/extracted.ts';
import { blockUnits, groupUnits, unitAt } from '../../../../src/ui/source/block-units.ts';

function tableOf(rowCount: number): Extract<Block, { kind: 'table' }> {
  const rows: TextRange[][] = [];
  for (let i = 0; i < rowCount; i++)
    rows.push([
      { start: 10 + i * 10, end: 15 + i * 10 },
      { start: 16 + i * 10, end: 19 + i * 10 },
    ]);
  return {
    kind: 'table',
    header: [
      { start: 0, end: 4 },
      { start: 5, end: 9 },
    ],
    rows,
    start: 0,
    end: 10 + rowCount * 10,
  };
}

describe('the units of a document', () => {
  it('cut a long table into row groups that cover every row once', () => {
    const units = blockUnits([tableOf(100_000)], '');
    expect(units[0]).toMatchObject({ start: 0, firstRow: 0 });
    for (const [i, unit] of units.entries()) {
      expect(unit.firstRow).toBe(units[i - 1]?.endRow ?? 0);
      expect(unit.start).toBe(units[i - 1]?.end ?? 0);
    }
    expect(units.at(-1)?.endRow).toBe(100_000);
  });

  it('cut a very long paragraph at spaces, without losing a character', () => {
    const text = 'word '.repeat(10_000);
    const units = blockUnits([{ kind: 'paragraph', start: 0, end: text.length }], text);
    expect(units.length).toBeGreaterThan(5);
    expect(units.map(({ start, end }) => text.slice(start, end)).join('')).toBe(text);
    for (const { start, end } of units) expect(text.slice(start, end)).toMatch(/^word.* $/s);
  });

  it('cut a text without any space as well', () => {
    const text = 'x'.repeat(30_000);
    const units = blockUnits([{ kind: 'code', start: 0, end: text.length }], text);
    expect(units.map(({ start, end }) => end - start)).toEqual([6000, 6000, 6000, 6000, 6000]);
  });

  it('keep an empty table as one unit', () => {
    expect(blockUnits([tableOf(0)], '')).toMatchObject([{ firstRow: 0, endRow: 0 }]);
  });

  it('are found by offset', () => {
    const units = blockUnits([tableOf(1000)], '');
    const found = units[unitAt(units, 5005)];
    expect(found?.start).toBeLessThanOrEqual(5005);
    expect(found?.end).toBeGreaterThan(5005);
    expect(unitAt(units, 10 ** 9)).toBe(units.length - 1);
    expect(unitAt([], 5)).toBe(0);
  });

  it('are joined to lists and tables where they follow each other', () => {
    const item = (start: number): Block => ({ kind: 'list-item', depth: 0, start, end: start + 5 });
    const blocks: Block[] = [item(0), item(5), { kind: 'paragraph', start: 10, end: 20 }, item(20)];
    expect(groupUnits(blockUnits(blocks, '')).map(({ kind }) => kind)).toEqual(['list', 'block', 'list']);
    expect(groupUnits(blockUnits([tableOf(200)], ''))).toHaveLength(1);
  });
});
