import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { addContext, type ContextEntry } from '../../../../src/engine/ranking/add-context.ts';

const isBefore = (left: number, right: number): boolean => left < right;
const alone = (): readonly number[] => [];
/** Passages 10…19 are one document in order, the others stand alone. */
const inTens = (key: number): readonly number[] =>
  key < 10 || key > 19 ? [] : [key - 1, key + 1].filter((near) => near >= 10 && near <= 19);

const ranking = fc
  .uniqueArray(fc.record({ key: fc.nat(29), score: fc.nat(1000).map((parts) => parts / 1000) }), {
    selector: ({ key }) => key,
    maxLength: 30,
  })
  .map((entries) => entries.sort((a, b) => b.score - a.score || a.key - b.key));

function keysOf(entries: readonly ContextEntry[]): number[] {
  return entries.map(({ key }) => key);
}

describe('context', () => {
  it('leaves a ranking as it is where no passage shares its document with another', () => {
    fc.assert(
      fc.property(ranking, fc.integer({ min: 1, max: 100 }), (entries, percent) => {
        expect(addContext(entries, alone, isBefore, percent / 100)).toEqual(entries);
      }),
      { seed: 1 },
    );
  });

  it('keeps passages that stand alone in their order, and scores in [0, 1]', () => {
    fc.assert(
      fc.property(ranking, fc.integer({ min: 1, max: 100 }), (entries, percent) => {
        const weight = percent / 100;
        const ranked = addContext(entries, inTens, isBefore, weight);
        const standAlone = (keys: readonly number[]): number[] => keys.filter((key) => inTens(key).length === 0);
        expect(standAlone(keysOf(ranked))).toEqual(standAlone(keysOf(entries)));
        for (const { score } of ranked) expect(score >= 0 && score <= 1 + 1e-12).toBe(true);
        expect(ranked.every(({ score }, at) => at === 0 || score <= (ranked[at - 1]?.score ?? 0))).toBe(true);
      }),
      { seed: 2 },
    );
  });

  it('lifts the answer beside the question it answers over a turn that stands nearer alone', () => {
    const entries = [
      { key: 11, score: 0.9, wordsPart: 0.5, meaningPart: 0.4 },
      { key: 17, score: 0.3, wordsPart: 0.3, meaningPart: 0 },
      { key: 12, score: 0.2, wordsPart: 0.1, meaningPart: 0.1 },
    ];
    const ranked = addContext(entries, inTens, isBefore, 0.25);
    expect(keysOf(ranked)).toEqual([11, 12, 17]);
    const [, answer] = ranked;
    expect(answer?.score).toBeCloseTo((0.2 + 0.25 * 0.9) / 1.5, 12);
    expect(answer?.contextPart).toBeCloseTo((0.25 * 0.9) / 1.5, 12);
    expect((answer?.wordsPart ?? 0) + (answer?.meaningPart ?? 0) + (answer?.contextPart ?? 0)).toBeCloseTo(
      answer?.score ?? 0,
      12,
    );
  });

  it('takes a note of one passage to have the context that others have, so that long documents win nothing by length', () => {
    const entries = [
      { key: 1, score: 0.8 },
      { key: 12, score: 0.7 },
      { key: 13, score: 0.7 },
      { key: 14, score: 0.7 },
    ];
    const ranked = addContext(entries, inTens, isBefore, 0.25);
    const note = ranked.find(({ key }) => key === 1);
    expect(note?.contextPart).toBeUndefined();
    // Contexts 0.7, 1.4 and 0.7 with scores of 0.7 each: four thirds for each 1 of score.
    expect(note?.score).toBeCloseTo((0.8 * (1 + (0.25 * 4) / 3)) / 1.5, 12);
    expect(keysOf(ranked)).toEqual([1, 13, 12, 14]);
  });
});
