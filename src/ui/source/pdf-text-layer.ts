import type { PageViewport } from 'pdfjs-dist';
import { assemblePageText, type PdfTextItem } from '../../engine/pdf-text.ts';
import type { TextRange } from '../../domain/extracted.ts';
import { overlaps } from './text-segments.ts';

/** A piece of a page's text as it is laid over the drawing, in CSS pixels from the page's top left corner. */
export interface TextSpan {
  readonly text: string;
  /** The part of `text` inside the highlight. */
  readonly marked: TextRange | undefined;
  readonly leftPx: number;
  readonly topPx: number;
  readonly fontSizePx: number;
  readonly angleRad: number;
  /** How wide the text is on the page; the span is stretched to it. */
  readonly widthPx: number;
}

/** Font metrics differ from file to file; most of a line stands above its baseline by this share of the font's size. */
const ASCENT = 0.8;

/**
 * Lays out a page's text. `highlight` is relative to the page's own text. The spans' characters come from the same
 * assembly that made the canonical text, so a range marks exactly the characters that were cited.
 */
export function textSpans(
  items: readonly PdfTextItem[],
  viewport: PageViewport,
  highlight: TextRange | undefined,
): readonly TextSpan[] {
  const { text, ranges } = assemblePageText(items);
  const spans: TextSpan[] = [];
  for (const [i, item] of items.entries()) {
    const range = ranges[i];
    if (range === undefined || range.start === range.end) continue;
    const [a, b, , , x, y] = multiply(viewport.transform, item.transform);
    const fontSizePx = fontHeight(viewport.transform, item.transform);
    const angleRad = Math.atan2(b, a);
    spans.push({
      text: text.slice(range.start, range.end),
      marked: markedPart(range, highlight),
      leftPx: x + ASCENT * fontSizePx * Math.sin(angleRad),
      topPx: y - ASCENT * fontSizePx * Math.cos(angleRad),
      fontSizePx,
      angleRad,
      widthPx: item.width * viewport.scale,
    });
  }
  return spans;
}

function markedPart(range: TextRange, highlight: TextRange | undefined): TextRange | undefined {
  if (highlight === undefined || !overlaps(range, highlight)) return undefined;
  return {
    start: Math.max(highlight.start - range.start, 0),
    end: Math.min(highlight.end, range.end) - range.start,
  };
}

type Matrix = readonly [number, number, number, number, number, number];

/** The product of two PDF matrices (ISO 32000-1, 8.3.4): `inner` is applied first. */
function multiply(outer: readonly number[], inner: readonly number[]): Matrix {
  const [a = 1, b = 0, c = 0, d = 1, e = 0, f = 0] = outer;
  const [a2 = 1, b2 = 0, c2 = 0, d2 = 1, e2 = 0, f2 = 0] = inner;
  return [a * a2 + c * b2, b * a2 + d * b2, a * c2 + c * d2, b * c2 + d * d2, a * e2 + c * f2 + e, b * e2 + d * f2 + f];
}

function fontHeight(outer: readonly number[], inner: readonly number[]): number {
  const [, , c, d] = multiply(outer, inner);
  return Math.hypot(c, d);
}
