import type { RootContent } from 'mdast';
import { fromMarkdown } from 'mdast-util-from-markdown';
import { gfmFromMarkdown } from 'mdast-util-gfm';
import { gfm } from 'micromark-extension-gfm';
import { MAX_NESTING } from './render-model.ts';

/**
 * Raw HTML is plain text here, and so are link definitions: an answer's `[1]` is always a citation, never a link
 * whose address stands somewhere else.
 */
const LITERAL_CONSTRUCTS = { disable: { null: ['htmlFlow', 'htmlText', 'definition'] } };
const EXTENSIONS = [gfm({ singleTilde: false }), LITERAL_CONSTRUCTS];
const TREE_EXTENSIONS = [gfmFromMarkdown()];

/** The top-level blocks of a Markdown text, with offsets into it. Falls back to one plain paragraph for a hostile text. */
export function parseTree(text: string): readonly RootContent[] {
  try {
    return fromMarkdown(text, { extensions: EXTENSIONS, mdastExtensions: TREE_EXTENSIONS }).children;
  } catch (error) {
    // Nesting beyond the stack. Nothing a person would write; its characters are shown as they are.
    if (error instanceof RangeError) return [{ type: 'paragraph', children: [{ type: 'text', value: text }] }];
    throw error;
  }
}

const CONTAINER_MARKER = /[ \t]*(?:>|[-+*](?=[ \t])|\d{1,9}[.)](?=[ \t]))[ \t]?/y;

/**
 * Makes the markers of containers nested deeper than 32 literal, because the parser's time grows with the square of
 * the depth. Texts without such lines are returned as they are.
 */
export function limitNesting(text: string): string {
  if (!/(?:(?:>|[-+*]|\d[.)])[ \t]*){33}/.test(text)) return text;
  return text
    .split('\n')
    .map((line) => {
      CONTAINER_MARKER.lastIndex = 0;
      for (let depth = 0; depth < MAX_NESTING; depth++) if (!CONTAINER_MARKER.test(line)) return line;
      const at = CONTAINER_MARKER.lastIndex;
      return CONTAINER_MARKER.test(line) ? `${line.slice(0, at)}\\${line.slice(at).trimStart()}` : line;
    })
    .join('\n');
}

/**
 * A text still being written, as it will most likely read once the sentence is finished: half a link or marker at the
 * very end is held back, open emphasis and code are closed. Only the end changes, so offsets stay valid.
 */
export function mendOpenEnd(text: string): string {
  const lineStart = text.lastIndexOf('\n') + 1;
  const line = text
    .slice(lineStart)
    .replace(/!?\[[^\]\n]{0,120}(?:\](?:\([^)\n]{0,2000})?)?$/, (end) => (/^\[[ x]\]$|\]$/.test(end) ? end : ''));
  const paragraph = text.slice(Math.max(text.lastIndexOf('\n\n'), 0), lineStart) + line;
  let end = '';
  if (isOdd(paragraph, '`') && !/^ {0,3}`/m.test(paragraph)) end = '`';
  else if (isOdd(paragraph, '**')) end = /\s$/.test(line) ? '' : '**';
  const mended = end === '**' && line.endsWith('**') ? line.slice(0, -2) : line + end;
  return text.slice(0, lineStart) + mended;
}

function isOdd(text: string, token: string): boolean {
  return text.split(token).length % 2 === 0;
}
