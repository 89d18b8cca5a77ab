import { describe, expect, it } from 'vitest';

import {
  measurePassphrase,
  suggestPassphrase,
  SUGGESTED_ENTROPY_BITS,
} from '../../../../src/features/vault/passphrase-strength.ts';

describe('measurePassphrase', () => {
  it.each(['', 'password', 'summer2024', 'qwertyuiop', 'letmein!', 'aaaaaaaaaaaaaaaa'])('refuses %j', async (text) => {
    const strength = await measurePassphrase(text);
    expect(strength.score).toBeLessThan(3);
    expect(strength.isAcceptable).toBe(false);
  });

  it('says in words what is weak', async () => {
    const strength = await measurePassphrase('password');
    expect(strength.warning).toMatch(/password/i);
    expect(strength.suggestions.length).toBeGreaterThan(0);
  });

  it('accepts several unrelated words', async () => {
    const strength = await measurePassphrase('gravel onion parade violet hinge');
    expect(strength).toMatchObject({ score: 4, isAcceptable: true });
    expect(strength.guessesLog10).toBeGreaterThan(12);
  });

  it('is not slowed down by a very long text', async () => {
    expect((await measurePassphrase('long text without an end '.repeat(400))).score).toBeGreaterThanOrEqual(0);
  });
});

describe('suggestPassphrase', () => {
  it('draws six words of 7,776: 77.5 bits', () => {
    expect(SUGGESTED_ENTROPY_BITS).toBeCloseTo(77.55, 2);
    for (let i = 0; i < 50; i++) expect(suggestPassphrase()).toMatch(/^([a-z-]+ ){5}[a-z-]+$/);
  });

  it('suggests what it would accept, and never the same twice', async () => {
    const suggestions = Array.from({ length: 20 }, suggestPassphrase);
    expect(new Set(suggestions).size).toBe(20);
    for (const suggestion of suggestions) expect((await measurePassphrase(suggestion)).score).toBe(4);
  });

  it('draws from the whole list, evenly', () => {
    const counts = new Map<string, number>();
    for (let i = 0; i < 10_000; i++) {
      for (const word of suggestPassphrase().split(' ')) counts.set(word, (counts.get(word) ?? 0) + 1);
    }
    // 60,000 draws of 7,776 words: a word is missed with probability e^-7.7, and more than 40 of one is 12 sigma off.
    expect(counts.size).toBeGreaterThan(7700);
    expect(Math.max(...counts.values())).toBeLessThan(40);
  });
});
