import { describe, expect, it } from 'vitest';
import { BUILT_IN_MODEL_ID, findModel } from '../../../../../src/platform/compute/models.ts';
import { costOf, gainOf } from '../../../../../src/ui/screens/settings/model-trade.ts';
import { SEARCH } from '../../../../../src/ui/text/settings.ts';

const MINILM = findModel('Xenova/all-MiniLM-L6-v2');
const BUILT_IN = findModel(BUILT_IN_MODEL_ID);

describe('what moving to another model gains and costs', () => {
  it('tells words from sentences, and English from many languages', () => {
    expect(gainOf(BUILT_IN)).toBe(SEARCH.gains.words);
    expect(gainOf(MINILM)).toBe(SEARCH.gains.sentences);
    expect(gainOf(findModel('Xenova/multilingual-e5-small'))).toBe(SEARCH.gains.languages);
  });

  it('grows with the passages, with the dimensions and with the windows', () => {
    const one = costOf({ model: MINILM, passagesPerSecond: 25 }, 10_000);
    expect(one.ms).toBe(400_000);
    // 384 dimensions at nine bits and six bytes for each of 10,000 rows.
    expect(one.bytes).toBe(10_000 * (432 + 6));
    expect(costOf({ model: BUILT_IN }, 10_000)).toEqual({ ms: undefined, bytes: 40_000 * (576 + 6) });
  });

  it('is said in figures, and whether they were measured', () => {
    const text = SEARCH.cost(10_000, 400_000, false, 4_380_000);
    expect(text).toBe('For your 10,000 passages it needs about 7 min and 4.4 MB of memory.');
    expect(SEARCH.cost(1, 1000, true, 438)).toContain('as measured on this device');
    expect(SEARCH.cost(5, undefined, false, 2190)).toBe('For your 5 passages it needs 2 KB of memory.');
  });

  it('is said while it goes on', () => {
    expect(SEARCH.states.switching('MiniLM L6', 1200, 10_000, 352_000)).toBe(
      'Moving to MiniLM L6: 1,200 of 10,000 passages read, about 6 min left. Until it is done, the model in use goes on answering.',
    );
    expect(SEARCH.states.switching('MiniLM L6', 0, 10, undefined)).not.toContain('left');
  });
});
