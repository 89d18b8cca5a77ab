import { describe, expect, it } from 'vitest';
import { weighQueryTokens } from '../../../../src/engine/embedding/query-tokens.ts';

const isKnown = (id: number): boolean => id !== 1;

describe('the tokens of a question', () => {
  it('share the weight of their word, the weightiest first', () => {
    const words = [
      { word: 'lighthouse', ids: [7, 8] },
      { word: 'keeper', ids: [9] },
    ];
    expect(weighQueryTokens(words, { lighthouse: 3, keeper: 2 }, isKnown)).toEqual({
      ids: Uint16Array.of(9, 7, 8),
      weights: Float32Array.of(2, 1.5, 1.5),
    });
  });

  it('count a word once, punctuation and function words not at all, and a piece of two words for both', () => {
    const words = [
      { word: 'did', ids: [3] },
      { word: 'ferry', ids: [5] },
      { word: 'ferry', ids: [5] },
      { word: 'ferryman', ids: [5, 6] },
      { word: '?', ids: [4] },
    ];
    expect(weighQueryTokens(words, { did: 9, ferry: 2, ferryman: 4 }, isKnown)).toEqual({
      ids: Uint16Array.of(5, 6),
      weights: Float32Array.of(4, 2),
    });
  });

  it('take a word the library lacks to be as rare as its rarest, and leave out what the model does not know', () => {
    const words = [
      { word: 'hound', ids: [5] },
      { word: 'noise', ids: [6] },
      { word: '猫', ids: [1] },
    ];
    const { ids, weights } = weighQueryTokens(words, { noise: 2.5, other: NaN }, isKnown);
    expect([...ids]).toEqual([5, 6]);
    expect([...weights]).toEqual([2.5, 2.5]);
    expect([...weighQueryTokens(words, {}, isKnown).weights]).toEqual([1, 1]);
    expect(weighQueryTokens([], {}, isKnown).ids).toHaveLength(0);
  });

  it('are at most 32', () => {
    const words = Array.from({ length: 100 }, (_, at) => ({ word: `w${at}`, ids: [100 + at] }));
    const idfs = Object.fromEntries(words.map(({ word }, at) => [word, at + 1]));
    const { ids, weights } = weighQueryTokens(words, idfs, isKnown);
    expect(ids).toHaveLength(32);
    expect(ids[0]).toBe(199);
    expect(weights[31]).toBe(69);
  });
});
