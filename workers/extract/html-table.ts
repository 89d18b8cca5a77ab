import {
  attributeOf,
  descendants,
  childrenOf,
  isElement,
  isText,
  textOf,
  type HtmlElement,
  type HtmlNode,
} from './html-nodes.ts';
import { looksLikeHeader } from './table-header.ts';

export interface HtmlTable {
  readonly caption: string;
  /** Empty where the table names no columns. */
  readonly header: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

const MAX_SPAN = 50;
const MAX_COLUMNS = 500;

/** A table that places things on the page: it holds other tables, or it has a single column or row of long text. */
export function isLayoutTable(table: HtmlElement): boolean {
  let cells = 0;
  let rows = 0;
  let longest = 0;
  for (const node of descendants(table)) {
    if (!isElement(node)) continue;
    if (node.tagName === 'table') return true;
    if (node.tagName === 'tr') rows++;
    if (node.tagName === 'td' || node.tagName === 'th') {
      cells++;
      longest = Math.max(longest, textOf(node).trim().length);
    }
  }
  return cells <= rows || (rows === 1 && longest > 200) || longest > 4_000;
}

/** Cells as text in a grid, columns that are empty throughout left out. `isLeftOut` names what is not read. */
export function readTable(table: HtmlElement, isLeftOut: (element: HtmlElement) => boolean): HtmlTable {
  const grid: { cells: string[]; isHeader: boolean }[] = [];
  let caption = '';
  for (const node of descendants(table)) {
    if (!isElement(node)) continue;
    if (node.tagName === 'caption') caption = cellText(node, isLeftOut);
    if (node.tagName !== 'tr' || isLeftOut(node)) continue;
    const cells: string[] = [];
    let headers = 0;
    let own = 0;
    for (const cell of childrenOf(node)) {
      if (!isElement(cell) || !/^t[dh]$/.test(cell.tagName) || cells.length >= MAX_COLUMNS) continue;
      own++;
      if (cell.tagName === 'th') headers++;
      cells.push(cellText(cell, isLeftOut));
      const span = Math.min(MAX_SPAN, Number.parseInt(attributeOf(cell, 'colspan') ?? '1', 10) || 1);
      for (let i = 1; i < span; i++) cells.push('');
    }
    if (cells.some((cell) => cell !== '')) {
      grid.push({
        cells,
        isHeader: own > 0 && (headers === own || (node.parentNode !== null && node.parentNode.nodeName === 'thead')),
      });
    }
  }
  const width = grid.reduce((most, { cells }) => Math.max(most, cells.length), 0);
  const used = Array.from({ length: width }, (_, column) => column).filter((column) =>
    grid.some(({ cells }) => (cells[column] ?? '') !== ''),
  );
  const rows = grid.map(({ cells }) => used.map((column) => cells[column] ?? ''));
  const hasHeader = grid.length > 1 && (grid[0]?.isHeader === true || looksLikeHeader(rows));
  return hasHeader ? { caption, header: rows[0] ?? [], rows: rows.slice(1) } : { caption, header: [], rows };
}

function cellText(cell: HtmlNode, isLeftOut: (element: HtmlElement) => boolean): string {
  let text = '';
  const stack: HtmlNode[] = [...childrenOf(cell)].reverse();
  for (let node = stack.pop(); node; node = stack.pop()) {
    if (isText(node)) text += node.value;
    if (!isElement(node)) continue;
    if (isLeftOut(node)) continue;
    if (/^(br|p|div|li|ul|ol)$/.test(node.tagName)) text += ' ';
    if (node.tagName === 'img') text += ` ${attributeOf(node, 'alt') ?? ''} `;
    const children = childrenOf(node);
    for (let i = children.length - 1; i >= 0; i--) {
      const child = children[i];
      if (child) stack.push(child);
    }
  }
  return text.replace(/\s+/g, ' ').trim();
}
