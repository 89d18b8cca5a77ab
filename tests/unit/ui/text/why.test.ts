import { describe, expect, it } from 'vitest';
import type { HitExplanation, SearchExplanation } from '../../../../src/domain/explanation.ts';
import { weightText, whyRows } from '../../../../src/ui/text/why.ts';

const HIT: HitExplanation = {
  place: 2,
  score: 0.8123,
  terms: ['lamp', 'oil'],
  lexicalRank: 1,
  lexicalScore: 7.25,
  denseScore: 0.4123,
  why: { wordsPart: 0.6, meaningPart: 0.2123 },
  duplicateCount: 1,
};

const EXPLANATION: SearchExplanation = {
  fusion: {
    method: 'convex',
    meaningWeight: 0.4,
    reasons: [
      { feature: 'nearness', value: 0.9, effect: 0.5 },
      { feature: 'identifierShare', value: 0.5, effect: -0.2 },
      { feature: 'commonShare', value: 0, effect: 0.01 },
    ],
  },
  nearMisses: [],
  timings: { embedMs: 1, lexicalMs: 0.25, denseMs: 12.4, totalMs: 15 },
  notes: [],
};

describe('the words of “Why this?”', () => {
  it('tell the three parts of a score where single words were compared', () => {
    const why = { wordsPart: 0.4, meaningPart: 0.2123, alignmentPart: 0.2 };
    const rows = whyRows({ ...HIT, why, alignment: 0.7 }, EXPLANATION);
    expect(rows.find(({ label }) => label === 'Together')?.text).toBe(
      'place 2, score 0.81 (0.40 by words + 0.21 by meaning + 0.20 word for word)',
    );
  });

  it('name what came from the passages around it, where that is anything', () => {
    const why = { wordsPart: 0.4, meaningPart: 0.2, alignmentPart: 0.1 };
    const togetherOf = (contextPart: number): string | undefined =>
      whyRows({ ...HIT, why: { ...why, contextPart } }, EXPLANATION).find(({ label }) => label === 'Together')?.text;
    expect(togetherOf(0.11)).toBe(
      'place 2, score 0.81 (0.40 by words + 0.20 by meaning + 0.10 word for word + 0.11 from the passages around it)',
    );
    expect(togetherOf(0.001)).toBe('place 2, score 0.81 (0.40 by words + 0.20 by meaning + 0.10 word for word)');
  });

  it('say the places, the scores, the balance and the times', () => {
    const rows = Object.fromEntries(whyRows(HIT, EXPLANATION).map(({ label, text }) => [label, text]));
    expect(rows).toEqual({
      'Words found': 'lamp, oil',
      'By words': 'place 1, score 7.3',
      'By meaning': 'not in the list, score 0.41',
      Together: 'place 2, score 0.81 (0.60 by words + 0.21 by meaning)',
      Balance:
        '40% meaning, 60% words, because of a passage close in meaning (for meaning) and codes or numbers (for words)',
      'Says the same': '1 other passage, left out',
      Time: '15 ms in all: question 1.0 ms, words 0.3 ms, meaning 12 ms',
    });
  });

  it('say nothing of meaning where there was no model', () => {
    const { lexicalRank = 1, lexicalScore = 0 } = HIT;
    const rows = whyRows(
      { place: 1, score: 7.25, terms: [], lexicalRank, lexicalScore, duplicateCount: 0 },
      { ...EXPLANATION, fusion: { method: 'words', meaningWeight: 0, reasons: [] } },
    );
    expect(rows.map(({ label }) => label)).toEqual(['Words found', 'By words', 'Together', 'Time']);
    expect(weightText({ method: 'rrf', meaningWeight: 0.5, reasons: [] })).toContain('equal');
  });
});
