import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Inline } from '../../../../src/domain/extracted.ts';
import { segmentRuns } from '../../../../src/ui/source/text-segments.ts';

const range = fc.tuple(fc.nat(40), fc.nat(40)).map(([a, b]) => ({ start: Math.min(a, b), end: Math.max(a, b) }));
const inline: fc.Arbitrary<Inline> = fc.oneof(
  range.map((at): Inline => ({ kind: 'mark', mark: 'strong', ...at })),
  range.map((at): Inline => ({ kind: 'mark', mark: 'code', ...at })),
  range.map((at): Inline => ({ kind: 'link', href: 'https://example.org/', ...at })),
);

describe('segments of a text', () => {
  it('split a highlight across formatting without losing either', () => {
    const inlines: Inline[] = [
      { kind: 'mark', mark: 'strong', start: 4, end: 10 },
      { kind: 'link', href: 'wiki:Deposit', start: 12, end: 16 },
    ];
    const runs = segmentRuns({ start: 0, end: 20 }, inlines, { start: 6, end: 14 });
    expect(
      runs.map(({ href, segments }) => [href, segments.map((s) => [s.start, s.end, s.marks, s.isHighlighted])]),
    ).toEqual([
      [
        undefined,
        [
          [0, 4, [], false],
          [4, 6, ['strong'], false],
          [6, 10, ['strong'], true],
          [10, 12, [], true],
        ],
      ],
      [
        'wiki:Deposit',
        [
          [12, 14, [], true],
          [14, 16, [], false],
        ],
      ],
      [undefined, [[16, 20, [], false]]],
    ]);
  });

  it('cover the range once, in order, with exactly the highlighted characters marked', () => {
    fc.assert(
      fc.property(range, fc.array(inline, { maxLength: 6 }), range, (whole, inlines, highlight) => {
        const segments = segmentRuns(whole, inlines, highlight).flatMap((run) => run.segments);
        let at = whole.start;
        for (const segment of segments) {
          expect(segment.start).toBe(at);
          expect(segment.end).toBeGreaterThan(segment.start);
          for (let i = segment.start; i < segment.end; i++) {
            expect(segment.isHighlighted).toBe(i >= highlight.start && i < highlight.end);
          }
          at = segment.end;
        }
        expect(at).toBe(whole.end);
      }),
      { numRuns: 300, seed: 3 },
    );
  });
});
