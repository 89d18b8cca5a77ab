import type { RenderBlock, RenderInline } from '../../markdown/render-model.ts';

/** Sentences quoted from one source, in the answer's order. Without a marker: words that are not a quotation. */
export interface Quotation {
  readonly marker: number | undefined;
  readonly sentences: readonly (readonly RenderInline[])[];
}

/** Reads an extractive answer: each block is one quoted sentence with its citation. Neighbours of one source are joined. */
export function quotationsOf(blocks: readonly RenderBlock[]): readonly Quotation[] {
  const quotations: Quotation[] = [];
  for (const inlines of blocks.flatMap(linesOf)) {
    const marker = inlines.findLast((inline) => inline.kind === 'citation')?.marker;
    const sentence = withoutQuoteMarks(inlines.filter((inline) => inline.kind !== 'citation'));
    const last = quotations.at(-1);
    if (last !== undefined && last.marker === marker) {
      quotations[quotations.length - 1] = { marker, sentences: [...last.sentences, sentence] };
    } else quotations.push({ marker, sentences: [sentence] });
  }
  return quotations;
}

function linesOf(block: RenderBlock): readonly (readonly RenderInline[])[] {
  switch (block.kind) {
    case 'paragraph':
    case 'heading':
      return [block.inlines];
    case 'quote':
      return joinTrailingMarker(block.blocks.flatMap(linesOf));
    case 'list':
      return block.items.flatMap((item) => joinTrailingMarker(item.blocks.flatMap(linesOf)));
    case 'code':
      return [[{ kind: 'code', text: block.text }]];
    case 'table':
      return block.rows.map((row) =>
        row.flatMap((cell, i) => (i === 0 ? cell : [{ kind: 'text', text: ' · ' } as const, ...cell])),
      );
    case 'rule':
    case 'cut':
      return [];
  }
}

/** A line that holds nothing but markers belongs to the line above it. */
function joinTrailingMarker(lines: readonly (readonly RenderInline[])[]): readonly (readonly RenderInline[])[] {
  const joined: (readonly RenderInline[])[] = [];
  for (const line of lines) {
    const isMarkerOnly = line.every(({ kind }) => kind === 'citation');
    const above = joined.at(-1);
    if (isMarkerOnly && above !== undefined) joined[joined.length - 1] = [...above, ...line];
    else joined.push(line);
  }
  return joined;
}

const OPENING = /^[\s"“„«]+/;
const CLOSING = /[\s"”“»–—-]+$/;

/** The form draws its own quotation marks. */
function withoutQuoteMarks(inlines: readonly RenderInline[]): readonly RenderInline[] {
  const lastText = inlines.findLastIndex((inline) => inline.kind !== 'text' || inline.text.trim() !== '');
  return inlines.slice(0, lastText + 1).map((inline, i) => {
    if (inline.kind !== 'text') return inline;
    let text = inline.text;
    if (i === 0) text = text.replace(OPENING, '');
    if (i === lastText) text = text.replace(CLOSING, '');
    return { kind: 'text', text };
  });
}
