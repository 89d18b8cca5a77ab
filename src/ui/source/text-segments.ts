import type { Inline, InlineMark, TextRange } from '../../domain/extracted.ts';

/** A stretch of text that looks the same from its first to its last character. */
export interface TextSegment extends TextRange {
  readonly marks: readonly InlineMark[];
  readonly isImage: boolean;
  readonly isHighlighted: boolean;
}

/** Segments that share one link (or none). */
export interface SegmentRun {
  readonly href: string | undefined;
  readonly start: number;
  readonly segments: readonly TextSegment[];
}

/** Whether two half-open ranges share a character. */
export function overlaps(a: TextRange, b: TextRange | undefined): boolean {
  return b !== undefined && a.start < b.end && b.start < a.end;
}

/**
 * Cuts `range` wherever its formatting or the highlight begins or ends, so that a highlight can run through bold,
 * code and links without breaking any of them. All offsets are into the document's canonical text.
 */
export function segmentRuns(
  range: TextRange,
  inlines: readonly Inline[],
  highlight: TextRange | undefined,
): readonly SegmentRun[] {
  const inside = inlines.filter((inline) => overlaps(inline, range));
  const runs: { href: string | undefined; start: number; segments: TextSegment[] }[] = [];
  const cuts = cutsOf(range, inside, highlight);
  for (let i = 0; i + 1 < cuts.length; i++) {
    const segment = { start: cuts[i] ?? 0, end: cuts[i + 1] ?? 0 };
    const active = inside.filter((inline) => overlaps(inline, segment));
    const href = active.findLast((inline) => inline.kind === 'link')?.href;
    const made: TextSegment = {
      ...segment,
      marks: active.flatMap((inline) => (inline.kind === 'mark' ? [inline.mark] : [])),
      isImage: active.some((inline) => inline.kind === 'image'),
      isHighlighted: overlaps(segment, highlight),
    };
    const last = runs.at(-1);
    if (last !== undefined && last.href === href) last.segments.push(made);
    else runs.push({ href, start: segment.start, segments: [made] });
  }
  return runs;
}

function cutsOf(range: TextRange, inlines: readonly Inline[], highlight: TextRange | undefined): readonly number[] {
  const cuts = new Set([range.start, range.end]);
  for (const edge of highlight === undefined ? inlines : [...inlines, highlight]) {
    for (const at of [edge.start, edge.end]) if (at > range.start && at < range.end) cuts.add(at);
  }
  return [...cuts].sort((a, b) => a - b);
}
