import type { ChunkDraft, Locator } from '../../domain/chunk.ts';
import type { ExtractedDocument, TextRange } from '../../domain/extracted.ts';
import type { Atom } from './atoms.ts';
import type { TokenEstimator } from './estimate-tokens.ts';
import type { SectionGroup } from './sections.ts';

export interface ChunkSpan {
  readonly atoms: readonly Atom[];
  readonly group: SectionGroup;
}

const QUOTE_CHARS = 1_000;
const QUOTE_CONTEXT_CHARS = 48;

/** Gives a run of atoms its text, its place and its quote. `readable` tidies source text for searching and reading. */
export function describeChunk(
  document: ExtractedDocument,
  span: ChunkSpan,
  estimate: TokenEstimator,
  readable: (source: string) => string,
): ChunkDraft {
  const first = span.atoms[0];
  const last = span.atoms.at(-1);
  if (!first || !last) throw new Error('A passage needs at least one atom');
  const range: TextRange = { start: first.start, end: last.end };
  const source = document.text.slice(range.start, range.end);
  const header =
    first.header && first.header.start < range.start
      ? document.text.slice(first.header.start, first.header.end)
      : undefined;
  const text = header === undefined ? readable(source) : `${header}\n${readable(source)}`;
  const path = headingPath(document, span);
  return {
    text,
    headingPath: path,
    locator: locate(document, span.atoms, path, range),
    quote: {
      exact: clip(source, QUOTE_CHARS),
      prefix: fromPairStart(document.text.slice(Math.max(0, range.start - QUOTE_CONTEXT_CHARS), range.start)),
      suffix: clip(document.text.slice(range.end, range.end + QUOTE_CONTEXT_CHARS), QUOTE_CONTEXT_CHARS),
    },
    tokenCount: estimate(text),
  };
}

/** The document's title, then the group's headings, without saying a title twice. */
function headingPath(document: ExtractedDocument, { group }: ChunkSpan): string[] {
  return group.path[0]?.trim() === document.title.trim() ? [...group.path] : [document.title, ...group.path];
}

function locate(
  document: ExtractedDocument,
  atoms: readonly Atom[],
  path: readonly string[],
  range: TextRange,
): Locator {
  const page = atoms.find((atom) => atom.page !== undefined)?.page;
  if (page !== undefined) return { kind: 'page', page, range };
  if (document.format === 'csv') {
    const rows = atoms.flatMap((atom) => (atom.row ? [atom.row] : []));
    if (rows.length > 0) return { kind: 'row', firstRow: rows[0] ?? 1, lastRow: rows.at(-1) ?? 1, range };
  }
  const paths = atoms.flatMap((atom) => (atom.path === undefined ? [] : [atom.path]));
  if (paths.length > 0) return { kind: 'path', path: commonPath(paths), range };
  return path.length > 1 ? { kind: 'heading', path, range } : { kind: 'text', range };
}

/** The deepest tree path all of these stand under; the first one where they have nothing in common. */
export function commonPath(paths: readonly string[]): string {
  const [first = '', ...rest] = paths;
  if (rest.every((path) => path === first)) return first;
  const steps = first.match(/[^.[\]]+|\[\d+\]/g) ?? [];
  let common = '';
  for (const step of steps) {
    const longer = step.startsWith('[') || common === '' ? common + step : `${common}.${step}`;
    if (!rest.every((path) => path === longer || path.startsWith(`${longer}.`) || path.startsWith(`${longer}[`))) break;
    common = longer;
  }
  return common === '' ? first : common;
}

/** At most `length` code units, not ending inside a surrogate pair. */
function clip(text: string, length: number): string {
  if (text.length <= length) return (text.charCodeAt(text.length - 1) & 0xfc00) === 0xd800 ? text.slice(0, -1) : text;
  return clip(text.slice(0, length), length);
}

function fromPairStart(text: string): string {
  return (text.charCodeAt(0) & 0xfc00) === 0xdc00 ? text.slice(1) : text;
}
