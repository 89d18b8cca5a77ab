import type { Block, TextRange } from '../../src/domain/extracted.ts';
import type { PdfTextItem } from '../../src/engine/pdf-text.ts';

/** A line of a page: its place in the page's text, and its size in points. */
export interface PdfLine extends TextRange {
  readonly size: number;
  /** Set along the page rather than up its side. */
  readonly upright: boolean;
  /** Whether a blank line stands before it in the page's text. */
  readonly opensParagraph: boolean;
}

const HEADING_RATIO = 1.15;
const MAX_HEADING_CHARS = 200;
const MAX_HEADING_LINES = 3;

/** Lines as the page's text has them, each with the size of most of its letters. */
export function linesOfPage(items: readonly PdfTextItem[], ranges: readonly TextRange[], text: string): PdfLine[] {
  const lines: PdfLine[] = [];
  let item = 0;
  let blankBefore = false;
  for (let at = 0; at < text.length;) {
    let stop = text.indexOf('\n', at);
    if (stop < 0) stop = text.length;
    const sizes = new Map<number, number>();
    let upright = true;
    for (; item < items.length && (ranges[item]?.start ?? 0) < stop; item++) {
      const range = ranges[item];
      const source = items[item];
      if (!range || !source || range.end <= range.start) continue;
      const size = Math.round(Math.hypot(source.transform[2] ?? 0, source.transform[3] ?? 0) * 2) / 2;
      upright &&= Math.abs(source.transform[1] ?? 0) <= Math.abs(source.transform[0] ?? 0);
      sizes.set(size, (sizes.get(size) ?? 0) + range.end - range.start);
    }
    if (text.slice(at, stop).trim() !== '') {
      lines.push({
        start: at,
        end: stop,
        size: mostFrequent(sizes),
        upright,
        opensParagraph: blankBefore || lines.length === 0,
      });
      blankBefore = false;
    } else blankBefore = true;
    at = stop + 1;
  }
  return lines;
}

/** The size most of a document is set in; 0 where nothing is known. */
export function bodySizeOf(lines: readonly PdfLine[]): number {
  const sizes = new Map<number, number>();
  for (const line of lines) sizes.set(line.size, (sizes.get(line.size) ?? 0) + line.end - line.start);
  return mostFrequent(sizes);
}

/** Paragraphs of a page, and headings where a short run of lines is clearly larger than the body. */
export function pageBlocks(
  text: string,
  lines: readonly PdfLine[],
  bodySize: number,
  { page, offset }: { page: number; offset: number },
): Block[] {
  const blocks: Block[] = [];
  for (let first = 0; first < lines.length;) {
    const line = lines[first];
    if (!line) break;
    const isLargeLine = (other: PdfLine): boolean => isLarge(other, bodySize, text.slice(other.start, other.end));
    const large = isLargeLine(line);
    let last = first;
    for (
      let next = lines[last + 1];
      next && !next.opensParagraph && isLargeLine(next) === large;
      next = lines[last + 1]
    ) {
      if (large && next.size !== line.size) break;
      last++;
    }
    const place = { start: offset + line.start, end: offset + (lines[last]?.end ?? line.end), page };
    const words = text.slice(line.start, lines[last]?.end ?? line.end);
    const isHeading =
      large && last - first < MAX_HEADING_LINES && words.length <= MAX_HEADING_CHARS && /\p{L}{2}/u.test(words);
    const ratio = line.size / (bodySize || 1);
    blocks.push(
      isHeading
        ? { kind: 'heading', level: ratio >= 1.7 ? 1 : ratio >= 1.35 ? 2 : 3, ...place }
        : { kind: 'paragraph', ...place },
    );
    first = last + 1;
  }
  return blocks;
}

function isLarge(line: PdfLine, bodySize: number, words: string): boolean {
  if (bodySize === 0 || !line.upright) return false;
  // "2.1 Related work" needs to be larger by less to be taken for a heading.
  const numbered = words.length <= 80 && /^\d{1,2}(\.\d{1,2}){0,3}\.?\s+\p{Lu}/u.test(words) && !/[.;,]$/.test(words);
  if (numbered && line.size >= bodySize + 0.5) return true;
  return line.size >= bodySize * HEADING_RATIO && line.size >= bodySize + 1;
}

function mostFrequent(counts: ReadonlyMap<number, number>): number {
  let best = 0;
  let most = 0;
  for (const [value, count] of counts) if (count > most) [best, most] = [value, count];
  return best;
}
