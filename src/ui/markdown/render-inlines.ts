import type { PhrasingContent } from 'mdast';
import { MAX_NESTING, type RenderInline } from './render-model.ts';
import type { NodeBudget } from './node-budget.ts';
import { imageHost, safeLink, textSaysHost } from './safe-link.ts';

/** Citation markers `[3]` or `[1, 3]`, footnote markers `[^a]`, and the two tags that models write for layout. */
const TEXT_TOKENS = /\[(\d{1,3}(?:\s*,\s*\d{1,3})*)\]|\[\^([\w-]{1,20})\]|<br\s*\/?>|<sup>([^<]{1,40})<\/sup>/gi;

/** Converts phrasing content to render nodes. Everything not on the list becomes its own visible text. */
export function renderInlines(nodes: readonly PhrasingContent[], budget: NodeBudget, depth: number): RenderInline[] {
  const inlines: RenderInline[] = [];
  for (const node of nodes) {
    if (!budget.take()) break;
    appendInline(inlines, node, budget, depth);
  }
  return inlines;
}

function appendInline(into: RenderInline[], node: PhrasingContent, budget: NodeBudget, depth: number): void {
  switch (node.type) {
    case 'text':
      appendText(into, node.value, budget);
      return;
    case 'strong':
    case 'emphasis':
    case 'delete': {
      if (depth >= MAX_NESTING) into.push({ kind: 'text', text: plainText(node) });
      else {
        const kind = node.type === 'delete' ? 'deleted' : node.type;
        into.push({ kind, children: renderInlines(node.children, budget, depth + 1) });
      }
      return;
    }
    case 'inlineCode':
      into.push({ kind: 'code', text: node.value });
      return;
    case 'break':
      into.push({ kind: 'break' });
      return;
    case 'link': {
      const link = safeLink(node.url);
      const children = renderInlines(node.children, budget, depth + 1);
      if (link === undefined) into.push(...children);
      else into.push({ kind: 'link', ...link, saysHost: textSaysHost(plainText(node), link), children });
      return;
    }
    case 'image':
      into.push({ kind: 'image', alt: node.alt ?? '', host: imageHost(node.url), source: node.url });
      return;
    // References are only kept as nodes when `renderBlocks` could not resolve them to a link of this text.
    case 'linkReference':
      into.push({ kind: 'text', text: '[' });
      into.push(...renderInlines(node.children, budget, depth + 1));
      into.push({ kind: 'text', text: ']' });
      return;
    case 'imageReference':
      into.push({ kind: 'image', alt: node.alt ?? '', host: 'no address', source: '' });
      return;
    case 'footnoteReference':
      into.push({ kind: 'superscript', text: node.label ?? node.identifier });
      return;
    case 'html':
      into.push({ kind: 'text', text: node.value });
      return;
  }
}

function appendText(into: RenderInline[], text: string, budget: NodeBudget): void {
  let end = 0;
  for (const match of text.matchAll(TEXT_TOKENS)) {
    if (!budget.take()) return;
    const [token, markers, footnote, superscript] = match;
    const before = text.slice(end, match.index);
    // A marker does not begin a line: it stays with the word before it.
    if (before !== '')
      into.push({ kind: 'text', text: markers === undefined ? before : before.replace(/ $/, '\u00a0') });
    end = match.index + token.length;
    if (markers !== undefined) {
      for (const marker of markers.split(',')) into.push({ kind: 'citation', marker: Number(marker) });
    } else if (footnote !== undefined || superscript !== undefined) {
      into.push({ kind: 'superscript', text: footnote ?? superscript ?? token });
    } else into.push({ kind: 'break' });
  }
  if (end < text.length) into.push({ kind: 'text', text: text.slice(end) });
}

/** The visible text of a node and all below it. Iterative: the depth of untrusted input must not be the stack's. */
export function plainText(node: object): string {
  let text = '';
  const waiting: unknown[] = [node];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    if (typeof next !== 'object' || next === null) continue;
    if ('value' in next && typeof next.value === 'string') text += next.value;
    if ('alt' in next && typeof next.alt === 'string') text += next.alt;
    if ('children' in next && Array.isArray(next.children)) {
      const children: readonly unknown[] = next.children;
      waiting.push(...children.toReversed());
    }
  }
  return text;
}
