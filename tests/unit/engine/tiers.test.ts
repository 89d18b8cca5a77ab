import { describe, expect, it } from 'vitest';
import { DEFAULT_SETTINGS, type TierSettings } from '../../../src/domain/settings.ts';
import { isUrgent, TierRouter } from '../../../src/engine/tiers.ts';

const MINUTE = 60_000;

function routerAt(settings: Partial<TierSettings> = {}): { router: TierRouter<string>; pass: (ms: number) => void } {
  let now = 1_000_000;
  const all = { ...DEFAULT_SETTINGS.tiers, ...settings };
  return {
    router: new TierRouter(
      () => all,
      () => now,
    ),
    pass: (ms) => (now += ms),
  };
}

describe('the router of tiers', () => {
  it('makes what is used three times in five minutes warm, and ten times hot', () => {
    const { router, pass } = routerAt();
    const tiers = Array.from({ length: 11 }, () => {
      pass(10_000);
      return router.use('a');
    });
    expect(tiers).toEqual(['cold', 'cold', ...Array<string>(7).fill('warm'), 'hot', 'hot']);
    expect(router.tierOf('b')).toBe('cold');
  });

  it('does not promote uses that are further apart than the window', () => {
    const { router, pass } = routerAt();
    for (let use = 0; use < 20; use++) {
      pass(150_001);
      expect(router.use('a')).toBe('cold');
    }
  });

  it('lets what was hot cool as its uses leave the window, and forgets it after half an hour', () => {
    const { router, pass } = routerAt();
    for (let use = 0; use < 10; use++) router.use('a');
    expect(router.tierOf('a')).toBe('hot');
    pass(5 * MINUTE);
    expect(router.tierOf('a')).toBe('cold');
    const urgent = routerAt();
    urgent.router.use('a', { isUrgent: true });
    urgent.pass(30 * MINUTE - 1);
    expect(urgent.router.tierOf('a')).toBe('hot');
    urgent.pass(1);
    expect(urgent.router.tierOf('a')).toBe('cold');
    expect(urgent.router.heatOf('a')).toBe(0);
  });

  it('keeps a poor answer from becoming hot, however often it is asked', () => {
    const { router } = routerAt();
    router.use('a', { quality: 0.79 });
    for (let use = 0; use < 12; use++) router.use('a');
    expect(router.tierOf('a')).toBe('warm');
    expect(router.use('a', { quality: 0.8 })).toBe('hot');
  });

  it('promotes at once what an urgent question touches, and above all else', () => {
    const { router } = routerAt();
    for (let use = 0; use < 9; use++) router.use('often');
    expect(router.use('urgent', { isUrgent: true })).toBe('hot');
    expect(router.heatOf('urgent')).toBeGreaterThan(router.heatOf('often'));
  });

  it('goes by the settings of the moment', () => {
    const { router } = routerAt({ warmUses: 1, hotUses: 2, windowSeconds: 1 });
    expect(router.use('a')).toBe('warm');
    expect(router.use('a')).toBe('hot');
  });

  it('does not grow without end', () => {
    const { router, pass } = routerAt();
    for (let at = 0; at < 50_000; at++) {
      pass(1);
      router.use(`key ${at}`);
    }
    expect(router.heatOf('key 0')).toBe(0);
    expect(router.heatOf('key 49999')).toBe(1);
  });
});

describe('urgent words', () => {
  const { urgentWords } = DEFAULT_SETTINGS.tiers;

  it('count as words of their own, in any case', () => {
    expect(isUrgent('The server is DOWN!', urgentWords)).toBe(true);
    expect(isUrgent('error: code 7', urgentWords)).toBe(true);
    expect(isUrgent('a download about terrors and failures', urgentWords)).toBe(false);
    expect(isUrgent('', urgentWords)).toBe(false);
  });
});
