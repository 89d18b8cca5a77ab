import type { Block, TextRange } from '../../domain/extracted.ts';

/** The smallest part that is drawn or not: a block, some rows of a long table, or a stretch of a very long block. */
export interface BlockUnit extends TextRange {
  readonly block: Block;
  /** Rows `[firstRow, endRow)` of a table. */
  readonly firstRow: number;
  readonly endRow: number;
}

/** Neighbouring units that are drawn as one element. */
export type UnitGroup =
  | { readonly kind: 'list'; readonly key: string; readonly units: readonly BlockUnit[] }
  | { readonly kind: 'table'; readonly key: string; readonly units: readonly BlockUnit[] }
  | { readonly kind: 'block'; readonly key: string; readonly unit: BlockUnit };

const ROWS_PER_UNIT = 10;
const MAX_UNIT_LENGTH = 6000;

/** Cuts a document into units. Takes 100,000 table rows in a few milliseconds: rows are counted, not read. */
export function blockUnits(blocks: readonly Block[], text: string): readonly BlockUnit[] {
  const units: BlockUnit[] = [];
  for (const block of blocks) {
    if (block.kind === 'table') appendRows(units, block);
    else if (block.end - block.start > MAX_UNIT_LENGTH && block.kind !== 'record') appendStretches(units, block, text);
    else units.push({ block, start: block.start, end: block.end, firstRow: 0, endRow: 0 });
  }
  return units;
}

function appendRows(units: BlockUnit[], table: Extract<Block, { kind: 'table' }>): void {
  const { rows } = table;
  for (let firstRow = 0; firstRow === 0 || firstRow < rows.length; firstRow += ROWS_PER_UNIT) {
    const endRow = Math.min(firstRow + ROWS_PER_UNIT, rows.length);
    const start = firstRow === 0 ? table.start : (rows[firstRow]?.[0]?.start ?? table.start);
    const end = endRow === rows.length ? table.end : (rows[endRow]?.[0]?.start ?? table.end);
    units.push({ block: table, start, end, firstRow, endRow });
  }
}

function appendStretches(units: BlockUnit[], block: Block, text: string): void {
  let start = block.start;
  while (start < block.end) {
    const limit = start + MAX_UNIT_LENGTH;
    let end = block.end;
    if (limit < block.end) {
      const at = Math.max(text.lastIndexOf('\n', limit), text.lastIndexOf(' ', limit));
      end = at > start + MAX_UNIT_LENGTH / 2 ? at + 1 : limit;
    }
    units.push({ block, start, end, firstRow: 0, endRow: 0 });
    start = end;
  }
}

/** The unit that holds `offset`, or the nearest one before it. */
export function unitAt(units: readonly BlockUnit[], offset: number): number {
  let low = 0;
  let high = units.length - 1;
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if ((units[middle]?.start ?? 0) <= offset) low = middle;
    else high = middle - 1;
  }
  return Math.max(low, 0);
}

/** Joins the list items that follow each other, and the row groups of one table. */
export function groupUnits(units: readonly BlockUnit[]): readonly UnitGroup[] {
  const groups: (
    { kind: 'list' | 'table'; key: string; units: BlockUnit[] } | Extract<UnitGroup, { kind: 'block' }>
  )[] = [];
  for (const unit of units) {
    const last = groups.at(-1);
    const { kind } = unit.block;
    if (kind === 'list-item') {
      if (last?.kind === 'list') last.units.push(unit);
      else groups.push({ kind: 'list', key: `list-${unit.start}`, units: [unit] });
    } else if (kind === 'table') {
      if (last?.kind === 'table' && last.units[0]?.block === unit.block) last.units.push(unit);
      else groups.push({ kind: 'table', key: `table-${unit.block.start}`, units: [unit] });
    } else groups.push({ kind: 'block', key: `block-${unit.start}-${kind}`, unit });
  }
  return groups;
}
