import { describe, expect, it } from 'vitest';
import { fuzzyScore } from '../../../src/ui/fuzzy.ts';

const best = (pattern: string, texts: readonly string[]): string | undefined =>
  texts
    .flatMap((text) => {
      const score = fuzzyScore(pattern, text);
      return score === undefined ? [] : [{ text, score }];
    })
    .sort((a, b) => b.score - a.score)[0]?.text;

describe('fuzzyScore', () => {
  it('finds nothing when a letter is missing', () => {
    expect(fuzzyScore('roofx', 'Roof, gutters and who pays')).toBeUndefined();
  });

  it('finds nothing when the letters come in another order', () => {
    expect(fuzzyScore('zab', 'abz')).toBeUndefined();
  });

  it('takes everything for an empty pattern', () => {
    expect(fuzzyScore('', 'anything')).toBe(0);
  });

  it('prefers the start of a word to the middle of one', () => {
    expect(best('set', ['Reset the clock', 'Settings'])).toBe('Settings');
  });

  it('prefers letters together to letters apart', () => {
    expect(best('lock', ['Local backup', 'Unlock'])).toBe('Unlock');
  });

  it('finds initials', () => {
    expect(best('nq', ['Library', 'New question'])).toBe('New question');
  });

  it('looks past accents and case', () => {
    expect(fuzzyScore('cafe', 'CAFÉ notes')).toBeGreaterThan(0);
  });
});
