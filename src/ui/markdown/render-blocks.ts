import type { BlockContent, DefinitionContent, RootContent, TableRow } from 'mdast';
import type { NodeBudget } from './node-budget.ts';
import { plainText, renderInlines } from './render-inlines.ts';
import { MAX_NESTING, type RenderBlock, type RenderListItem } from './render-model.ts';

/** Converts one block of a syntax tree; `undefined` for what has nothing to show. */
export function renderBlock(node: RootContent, budget: NodeBudget, depth = 0): RenderBlock | undefined {
  if (!budget.take()) return undefined;
  if (depth >= MAX_NESTING) return { kind: 'paragraph', inlines: [{ kind: 'text', text: plainText(node) }] };
  switch (node.type) {
    case 'paragraph':
      return { kind: 'paragraph', inlines: renderInlines(node.children, budget, depth) };
    case 'heading':
      return { kind: 'heading', level: node.depth, inlines: renderInlines(node.children, budget, depth) };
    case 'blockquote':
      return { kind: 'quote', blocks: renderChildren(node.children, budget, depth + 1) };
    case 'list': {
      const items: RenderListItem[] = [];
      for (const item of node.children) {
        if (!budget.take()) break;
        const blocks = renderChildren(item.children, budget, depth + 1);
        items.push(typeof item.checked === 'boolean' ? { checked: item.checked, blocks } : { blocks });
      }
      const isLoose = (node.spread ?? false) || node.children.some((item) => item.spread ?? false);
      return node.ordered === true
        ? { kind: 'list', firstNumber: node.start ?? 1, isLoose, items }
        : { kind: 'list', isLoose, items };
    }
    case 'code':
      return { kind: 'code', language: languageName(node.lang), text: node.value };
    case 'table': {
      const [header, ...rows] = node.children;
      return {
        kind: 'table',
        alignments: (node.align ?? []).map((alignment) => alignment ?? undefined),
        header: header === undefined ? [] : renderRow(header, budget, depth),
        rows: rows.map((row) => renderRow(row, budget, depth)),
      };
    }
    case 'thematicBreak':
      return { kind: 'rule' };
    case 'footnoteDefinition': {
      const [first, ...rest] = renderChildren(node.children, budget, depth + 1);
      const lead = { kind: 'superscript', text: node.label ?? node.identifier } as const;
      if (first?.kind !== 'paragraph') return { kind: 'paragraph', inlines: [lead] };
      const note: RenderBlock = { kind: 'paragraph', inlines: [lead, { kind: 'text', text: ' ' }, ...first.inlines] };
      return rest.length === 0 ? note : { kind: 'quote', blocks: [note, ...rest] };
    }
    case 'html':
      return { kind: 'paragraph', inlines: [{ kind: 'text', text: node.value }] };
    // A reference list (`[1]: address`) has nothing to show here: references to it are drawn as text.
    case 'definition':
    case 'yaml':
      return undefined;
    default:
      return { kind: 'paragraph', inlines: [{ kind: 'text', text: plainText(node) }] };
  }
}

function renderChildren(
  nodes: readonly (BlockContent | DefinitionContent)[],
  budget: NodeBudget,
  depth: number,
): RenderBlock[] {
  const blocks: RenderBlock[] = [];
  for (const node of nodes) {
    const block = renderBlock(node, budget, depth);
    if (block !== undefined) blocks.push(block);
  }
  return blocks;
}

function renderRow(row: TableRow, budget: NodeBudget, depth: number) {
  return row.children.map((cell) => (budget.take() ? renderInlines(cell.children, budget, depth) : []));
}

/** A language label is shown to the person, so it is kept short and plain. */
function languageName(language: string | null | undefined): string {
  return /^[\w+#.-]{1,24}$/.exec(language ?? '')?.[0] ?? '';
}
