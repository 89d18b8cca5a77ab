import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  addContext,
  contextStrength,
  type ContextEntry,
  type Surroundings,
} from '../../../../src/engine/ranking/add-context.ts';

const isBefore = (left: number, right: number): boolean => left < right;
/** Each passage a document of its own. */
const alone: Surroundings = { neighboursOf: () => [], documentOf: (key) => key };
/** Passages 10…19 are one document in order, the others stand alone. */
const inTens: Surroundings = {
  neighboursOf: (key) => (isInTens(key) ? [key - 1, key + 1].filter(isInTens) : []),
  documentOf: (key) => (isInTens(key) ? 10 : key),
};
function isInTens(key: number): boolean {
  return key >= 10 && key <= 19;
}

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
        const standAlone = (keys: readonly number[]): number[] => keys.filter((key) => !isInTens(key));
        expect(standAlone(keysOf(ranked))).toEqual(standAlone(keysOf(entries)));
        for (const { score } of ranked) expect(score >= 0 && score <= 1 + 1e-12).toBe(true);
        expect(ranked.every(({ score }, at) => at === 0 || score <= (ranked[at - 1]?.score ?? 0))).toBe(true);
      }),
      { seed: 2 },
    );
  });

  it('lifts the answer beside the question it answers over a turn elsewhere that stands nearer', () => {
    const entries = [
      { key: 11, score: 0.9, wordsPart: 0.5, meaningPart: 0.4 },
      { key: 17, score: 0.3, wordsPart: 0.3, meaningPart: 0 },
      { key: 12, score: 0.2, wordsPart: 0.1, meaningPart: 0.1 },
    ];
    const ranked = addContext(entries, inTens, isBefore, 0.5);
    expect(keysOf(ranked)).toEqual([11, 12, 17]);
    const [best, answer] = ranked;
    const scale = 1 / (1 + 2 * 0.15 + 0.25);
    expect(answer?.score).toBeCloseTo(scale * (0.2 + 0.15 * 0.9 + 0.25 * 0.9), 12);
    expect(answer?.contextPart).toBeCloseTo(scale * (0.15 * 0.9 + 0.25 * 0.9), 12);
    // The document's best owes itself what the others owe it: only its neighbour is context.
    expect(best?.score).toBeCloseTo(scale * (0.9 + 0.25 * 0.9 + 0.15 * 0.2), 12);
    expect(best?.contextPart).toBeCloseTo(scale * 0.15 * 0.2, 12);
    for (const { score, wordsPart = 0, meaningPart = 0, contextPart = 0 } of ranked) {
      expect(wordsPart + meaningPart + contextPart).toBeCloseTo(score, 12);
    }
  });

  it('takes a note of one passage to have neighbours like others have, so that long documents win nothing by length', () => {
    const entries = [
      { key: 1, score: 0.8 },
      { key: 12, score: 0.7 },
      { key: 13, score: 0.7 },
      { key: 14, score: 0.7 },
    ];
    const ranked = addContext(entries, inTens, isBefore, 0.5);
    const note = ranked.find(({ key }) => key === 1);
    expect(note?.contextPart).toBeUndefined();
    // Beside the others stand 0.7, 1.4 and 0.7 with scores of 0.7 each: four thirds for each 1 of score.
    expect(note?.score).toBeCloseTo((0.8 * (1 + (0.15 * 4) / 3 + 0.25)) / (1 + 2 * 0.15 + 0.25), 12);
    expect(keysOf(ranked)).toEqual([1, 13, 12, 14]);
  });

  it('is for short passages: the longer they are the less, and nothing from 120 terms on', () => {
    const strengths = [0, 12, 60, 119, 120, 500].map(contextStrength);
    expect(strengths).toEqual([...strengths].sort((a, b) => b - a));
    expect(strengths[0]).toBe(1);
    expect(strengths[2]).toBeCloseTo(0.5, 12);
    expect(strengths.slice(-2)).toEqual([0, 0]);
  });
});
