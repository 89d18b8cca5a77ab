import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { joinPassages, NO_ROWS, splitPassages, type PassageRows } from '../../../src/domain/passage-vectors.ts';

const DIMENSIONS = 4;

describe('vectors of passages', () => {
  it('come apart and together again, with their tokens where all are known', () => {
    const passage = fc.record({
      rows: fc.integer({ min: 0, max: 3 }).map((count) => new Float32Array(count * DIMENSIONS).fill(count)),
      tokenIds: fc
        .uniqueArray(fc.integer({ min: 0, max: 65_535 }), { maxLength: 5 })
        .map((ids) => Uint16Array.from(ids)),
    });
    fc.assert(
      fc.property(fc.array(passage, { maxLength: 8 }), (passages) => {
        const joined = joinPassages(passages, DIMENSIONS);
        const isEmbedded = passages.some(({ rows }) => rows.length > 0);
        expect(joined.tokens !== undefined).toBe(isEmbedded);
        if (isEmbedded) expect(splitPassages(joined, DIMENSIONS)).toEqual(passages);
      }),
    );
  });

  it('have no tokens where those of one passage are unknown, unless it has no rows either', () => {
    const known: PassageRows = { rows: new Float32Array(DIMENSIONS), tokenIds: Uint16Array.of(1, 2) };
    const unknown: PassageRows = { rows: new Float32Array(DIMENSIONS) };
    expect(joinPassages([known, unknown], DIMENSIONS)).not.toHaveProperty('tokens');
    expect(joinPassages([known, NO_ROWS], DIMENSIONS).tokens).toEqual({
      ids: Uint16Array.of(1, 2),
      counts: Uint16Array.of(2, 0),
    });
    expect(splitPassages(joinPassages([unknown], DIMENSIONS), DIMENSIONS)).toEqual([unknown]);
  });
});
