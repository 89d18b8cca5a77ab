import { describe, expect, it } from 'vitest';
import { count, duration, size } from '../../../src/ui/text/format.ts';

describe('numbers in words', () => {
  it.each([
    [0, '0 bytes'],
    [999, '999 bytes'],
    [1000, '1 KB'],
    [999_600, '1 MB'],
    [2_345_678, '2.3 MB'],
    [45_000_000, '45 MB'],
    [3_200_000_000, '3.2 GB'],
  ])('writes %i bytes as %s', (sizeBytes, text) => {
    expect(size(sizeBytes)).toBe(text);
  });

  it.each([
    [200, '5 s'],
    [41_000, '45 s'],
    [61_000, '1 min'],
    [3_900_000, '1 h 5 min'],
  ])('writes %i ms as %s', (ms, text) => {
    expect(duration(ms)).toBe(text);
  });

  it('agrees in number', () => {
    expect(count(1, 'file', 'files')).toBe('1 file');
    expect(count(0, 'file', 'files')).toBe('0 files');
    expect(count(4200, 'file', 'files')).toBe('4,200 files');
  });
});
