import type { TextRange } from '../domain/extracted.ts';
import { stripInvisible } from './invisible-text.ts';

/** What is used of an item of pdf.js's `getTextContent`. Lengths are in PDF points, as is `transform`. */
export interface PdfTextItem {
  readonly str: string;
  /** `[a, b, c, d, x, y]`: y grows upwards. */
  readonly transform: readonly number[];
  readonly width: number;
  readonly height: number;
  readonly hasEOL: boolean;
}

export interface PageText {
  readonly text: string;
  /** Where each item stands in `text`, by its place in the list; empty for one without visible text. */
  readonly ranges: readonly TextRange[];
  /** Characters left out because they hide or disguise text. */
  readonly removedCount: number;
}

/** A gap of more than this share of the text's height, on one line, is a space. */
const SPACE_GAP = 0.18;
/** Lines further apart than this many heights are paragraphs apart. */
const PARAGRAPH_GAP = 1.75;

/**
 * Joins the text items of one page into its text. The reader of PDFs and the viewer that marks passages on a drawn page
 * both call this on the same items, so a range means the same to both: never change a page's text afterwards. Line
 * ends become `\n`, larger gaps a blank line; a space is put between items on a line that stand apart.
 */
export function assemblePageText(items: readonly PdfTextItem[]): PageText {
  const ranges: TextRange[] = [];
  let text = '';
  let removedCount = 0;
  let previous: PdfTextItem | undefined;
  let endedLine = false;
  for (const item of items) {
    const visible = stripInvisible(item.str);
    removedCount += visible.removedCount;
    const words = visible.text.replace(/\s+/g, ' ');
    if (words !== '' && words !== ' ') {
      if (previous) text += gapBetween(previous, item, endedLine, text);
      const start = text.length;
      // A leading space was a gap already, or is one now.
      const kept = start === 0 || text.endsWith('\n') || text.endsWith(' ') ? words.trimStart() : words;
      text += kept;
      ranges.push({ start, end: text.length });
      previous = item;
      endedLine = item.hasEOL;
    } else {
      ranges.push({ start: text.length, end: text.length });
      if (words === ' ' && text !== '' && !endedLine && !/\s$/.test(text)) text += ' ';
      endedLine ||= item.hasEOL;
    }
  }
  const trimmed = text.trimEnd();
  const clamp = ({ start, end }: TextRange): TextRange => ({
    start: Math.min(start, trimmed.length),
    end: Math.min(end, trimmed.length),
  });
  return { text: trimmed, ranges: trimmed.length === text.length ? ranges : ranges.map(clamp), removedCount };
}

function gapBetween(previous: PdfTextItem, item: PdfTextItem, endedLine: boolean, text: string): string {
  const size = Math.max(heightOf(previous), heightOf(item), 1);
  const [a = 1, b = 0] = previous.transform;
  const upright = Math.abs(b) < Math.abs(a) * 0.1;
  const dx = (item.transform[4] ?? 0) - (previous.transform[4] ?? 0);
  const dy = (previous.transform[5] ?? 0) - (item.transform[5] ?? 0);
  const newLine = endedLine || (upright && Math.abs(dy) > size * 0.6 && !isScript(previous, item, dy));
  if (newLine) {
    // Upwards is the next column or a note set elsewhere.
    const far = upright && (dy > size * PARAGRAPH_GAP || dy < -size * 2);
    return far ? '\n\n' : '\n';
  }
  if (/\s$/.test(text) || !upright) return '';
  const gap = dx - previous.width;
  return gap > size * SPACE_GAP ? ' ' : '';
}

/** Superscripts and subscripts are smaller and stay within the line. */
function isScript(previous: PdfTextItem, item: PdfTextItem, dy: number): boolean {
  const small = Math.min(heightOf(previous), heightOf(item));
  const large = Math.max(heightOf(previous), heightOf(item));
  return small < large * 0.85 && Math.abs(dy) < large * 0.9;
}

function heightOf(item: PdfTextItem): number {
  return item.height > 0 ? item.height : Math.hypot(item.transform[2] ?? 0, item.transform[3] ?? 0);
}
