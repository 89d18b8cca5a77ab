import type { Block, ExtractedDocument, TextRange } from '../../domain/extracted.ts';
import type { TokenEstimator } from './estimate-tokens.ts';
import { splitSentences } from './sentences.ts';

/** The least a passage is made of: never cut again. */
export interface Atom extends TextRange {
  readonly kind: 'heading' | 'sentence' | 'line' | 'row' | 'record' | 'field';
  readonly tokens: number;
  readonly page?: number;
  /** Part of a sentence, row or line too long for one passage. */
  readonly isFragment?: boolean;
  /** 1-based place of a table's row, not counting its header. */
  readonly row?: number;
  /** Of a record or one of its fields. */
  readonly path?: string;
  /** To be repeated in front when a passage begins with this atom and the header is not in it. */
  readonly header?: TextRange;
  /** What repeating it costs. */
  readonly headerTokens?: number;
  /** Set on all atoms of a block that is better not mixed with its neighbours once it has to be cut. */
  readonly standsAlone?: boolean;
}

/** Cuts one block into atoms of at most `maxTokens` each. */
export function atomsOf(
  document: ExtractedDocument,
  block: Block,
  estimate: TokenEstimator,
  maxTokens: number,
): Atom[] {
  const { text } = document;
  const page = block.page === undefined ? {} : { page: block.page };
  const make = (kind: Atom['kind'], range: TextRange, more: Partial<Atom> = {}, budget = maxTokens): Atom[] => {
    const tokens = estimate(text, range.start, range.end);
    if (tokens <= budget) return [{ kind, start: range.start, end: range.end, tokens, ...page, ...more }];
    return cutAtWords(text, range, estimate, budget).map((piece) => ({
      kind,
      ...piece,
      tokens: estimate(text, piece.start, piece.end),
      isFragment: true,
      ...page,
      ...more,
    }));
  };
  switch (block.kind) {
    case 'heading':
      return make('heading', block);
    case 'rule':
      return [];
    case 'code':
      return linesOf(text, block).flatMap((line) => make('line', line));
    case 'table':
      return tableAtoms(text, block, estimate, maxTokens, make);
    case 'record': {
      const whole = make('record', block, { path: block.path });
      if (whole.length === 1 || block.fields.length === 0) return whole;
      return recordFields(block).flatMap(({ path, ...range }) => make('field', range, { path, standsAlone: true }));
    }
    default:
      return splitSentences(text.slice(block.start, block.end), block.start).flatMap((sentence) =>
        make('sentence', sentence),
      );
  }
}

type MakeAtoms = (kind: Atom['kind'], range: TextRange, more?: Partial<Atom>, budget?: number) => Atom[];

function tableAtoms(
  text: string,
  table: Extract<Block, { kind: 'table' }>,
  estimate: TokenEstimator,
  maxTokens: number,
  make: MakeAtoms,
): Atom[] {
  const header = rangeOf(table.header);
  const headerTokens = header ? estimate(text, header.start, header.end) : 0;
  // A header that would fill the passages by itself is not worth repeating.
  const repeated = header && headerTokens <= maxTokens / 2 ? header : undefined;
  const budget = repeated ? maxTokens - headerTokens : maxTokens;
  const more: Partial<Atom> = { standsAlone: true, ...(repeated && { header: repeated, headerTokens }) };
  const atoms: Atom[] = [];
  if (header) atoms.push(...make('row', header, { standsAlone: true, row: 0 }));
  table.rows.forEach((cells, index) => {
    const range = rangeOf(cells);
    if (range) atoms.push(...make('row', range, { ...more, row: index + 1 }, budget));
  });
  return atoms;
}

function rangeOf(cells: readonly TextRange[]): TextRange | undefined {
  const first = cells[0];
  const last = cells.at(-1);
  return first && last && last.end > first.start ? { start: first.start, end: last.end } : undefined;
}

/** Each field with what stands before it up to the field before, so that nothing of the record is lost. */
function recordFields(record: Extract<Block, { kind: 'record' }>): (TextRange & { path: string })[] {
  return record.fields.map((field, index) => ({
    path: field.path,
    start: index === 0 ? record.start : Math.min(field.label.start, field.value.start),
    end: index === record.fields.length - 1 ? record.end : Math.max(field.label.end, field.value.end),
  }));
}

function linesOf(text: string, range: TextRange): TextRange[] {
  const lines: TextRange[] = [];
  for (let at = range.start; at < range.end;) {
    let stop = text.indexOf('\n', at);
    if (stop < 0 || stop > range.end) stop = range.end;
    if (text.slice(at, stop).trim() !== '') lines.push({ start: at, end: stop });
    at = stop + 1;
  }
  return lines;
}

/** Cuts between words into pieces within the budget; a single word beyond it is cut where it must be. */
function cutAtWords(text: string, range: TextRange, estimate: TokenEstimator, budget: number): TextRange[] {
  const pieces: TextRange[] = [];
  let start = range.start;
  while (start < range.end) {
    // A token is rarely less than one character and seldom more than eight: look no further than that.
    let end = Math.min(range.end, start + budget * 8);
    while (estimate(text, start, end) > budget) {
      const reach = Math.max(1, Math.floor((end - start) * 0.85));
      end = wordEnd(text, start, start + reach);
    }
    if (end < range.end) end = wordEnd(text, start, end);
    pieces.push({ start, end });
    start = end;
    while (start < range.end && /\s/.test(text[start] ?? '')) start++;
  }
  return pieces;
}

/** The last place at or before `limit` where a word ends; `limit` itself, off a surrogate pair, where there is none. */
function wordEnd(text: string, start: number, limit: number): number {
  if (limit >= text.length) return limit;
  for (let at = limit; at > start && limit - at < 200; at--) {
    if (/\s/.test(text[at] ?? '')) {
      let end = at;
      while (end > start && /\s/.test(text[end - 1] ?? '')) end--;
      if (end > start) return end;
    }
  }
  const splitsPair = (text.charCodeAt(limit) & 0xfc00) === 0xdc00 && limit - 1 > start;
  return Math.max(start + 1, splitsPair ? limit - 1 : limit);
}
