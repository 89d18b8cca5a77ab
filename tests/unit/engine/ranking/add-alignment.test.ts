import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { addAlignment } from '../../../../src/engine/ranking/add-alignment.ts';

const isSmaller = (left: number, right: number): boolean => left < right;
const entry = (key: number, score: number): { key: number; score: number; wordsPart: number; meaningPart: number } => ({
  key,
  score,
  wordsPart: 0.75 * score,
  meaningPart: 0.25 * score,
});

describe('adding alignment to a ranking', () => {
  it('puts a passage whose words are met above a slightly better one whose words are not', () => {
    const aligned = addAlignment([entry(1, 0.9), entry(2, 0.8), entry(3, 0.1)], [0.2, 0.8, 0], isSmaller, 0.5);
    expect(aligned.map(({ key }) => key)).toEqual([2, 1, 3]);
    expect(aligned[0]).toMatchObject({ score: expect.closeTo((0.8 + 0.5) / 1.5, 9) as number, alignment: 0.8 });
    for (const { score, wordsPart = 0, meaningPart = 0, alignmentPart = 0 } of aligned) {
      expect(wordsPart + meaningPart + alignmentPart).toBeCloseTo(score, 9);
      expect(score).toBeLessThanOrEqual(1);
    }
  });

  it('leaves the ranking alone where nothing is known, nothing is met, or it is to count for nothing', () => {
    const fused = [entry(1, 0.9), entry(2, 0.8)];
    expect(addAlignment(fused, [undefined, undefined], isSmaller)).toBe(fused);
    expect(addAlignment(fused, [0, 0], isSmaller)).toBe(fused);
    expect(addAlignment(fused, [0.1, 0.9], isSmaller, 0)).toBe(fused);
    expect(addAlignment([], [], isSmaller)).toEqual([]);
  });

  it('takes a passage without tokens to be like its neighbours, and tells no alignment of it', () => {
    const fused = [entry(1, 0.9), entry(2, 0.8), entry(3, 0.7)];
    const aligned = addAlignment(fused, [0.5, undefined, 0.3], isSmaller, 0.4);
    expect(aligned.map(({ key }) => key)).toEqual([1, 2, 3]);
    expect(aligned[1]).not.toHaveProperty('alignment');
    expect(aligned[1]?.alignmentPart).toBeCloseTo((0.4 / 1.4) * (0.4 / 0.5), 9);
  });

  it('keeps the places of all where those that are known are alike', () => {
    fc.assert(
      fc.property(fc.array(fc.boolean(), { minLength: 1, maxLength: 30 }), (known) => {
        const fused = known.map((_, at) => entry(at, 1 - at / 100));
        const alignments = known.map((is) => (is ? 0.6 : undefined));
        expect(addAlignment(fused, alignments, isSmaller).map(({ key }) => key)).toEqual(fused.map(({ key }) => key));
      }),
    );
  });
});
