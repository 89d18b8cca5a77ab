import type { List, RootContent, Table } from 'mdast';
import type { RenderBlock } from './render-model.ts';

/** A list or table that is still being written: finished items and rows are kept, only the rest is read again. */
export type GrowingBlock = Extract<RenderBlock, { kind: 'list' } | { kind: 'table' }>;

/** Rows of a table are taken out in groups: each time, its head is read again. */
const MIN_ROWS = 8;

/** `done`: the finished part as a tree of its own. `rest`: the text still to be read, with a table's head put before it. */
export interface Carved {
  readonly done: List | Table;
  readonly rest: string;
}

/**
 * Splits the open list or table at the start of `text`. An item or row is finished when the next one has begun before
 * `completeEnd`, the end of the last complete line.
 */
export function carve(node: RootContent | undefined, text: string, completeEnd: number): Carved | undefined {
  if (node?.type !== 'list' && node?.type !== 'table') return undefined;
  const starts = node.children.map((part) => part.position?.start.offset ?? 0);
  const next = starts.findLastIndex((start) => start < completeEnd);
  if (next < (node.type === 'table' ? MIN_ROWS : 1)) return undefined;
  const rest = text.slice(lineStart(text, starts[next] ?? 0));
  if (node.type === 'list') return { done: { ...node, children: node.children.slice(0, next) }, rest };
  return { done: { ...node, children: node.children.slice(0, next) }, rest: tableHead(node, text) + rest };
}

/** The growing list or table with a further part added, or `undefined` when the part does not continue it. */
export function joined(growing: GrowingBlock | undefined, part: RenderBlock | undefined): GrowingBlock | undefined {
  if (growing === undefined || part === undefined) return undefined;
  if (growing.kind === 'table') {
    return part.kind === 'table' ? { ...growing, rows: [...growing.rows, ...part.rows] } : undefined;
  }
  if (part.kind !== 'list' || (part.firstNumber === undefined) !== (growing.firstNumber === undefined))
    return undefined;
  return { ...growing, isLoose: growing.isLoose || part.isLoose, items: [...growing.items, ...part.items] };
}

/** Where the line of `offset` begins. */
export function lineStart(text: string, offset: number): number {
  return offset <= 0 ? 0 : text.lastIndexOf('\n', offset - 1) + 1;
}

function tableHead(table: Table, text: string): string {
  const from = lineStart(text, table.position?.start.offset ?? 0);
  const afterHeader = text.indexOf('\n', from);
  return text.slice(from, text.indexOf('\n', afterHeader + 1) + 1);
}
