import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { InvalidInputError, NotFoundError } from '../../../../src/domain/errors.ts';
import { RowQuantiser } from '../../../../src/engine/vector/quantised-rows.ts';
import { buildSegmentVectors } from '../../../../src/engine/vector/segment-vectors.ts';
import { VectorIndex } from '../../../../src/engine/vector/vector-index.ts';
import type { VectorPart } from '../../../../src/engine/vector/vector-parts.ts';
import { plainScores, seededRows } from './made-rows.ts';

/** Nine bits: the error of a component is at most half of one 255th of the largest. */
const TOLERANCE = 0.01;

const quantiser = new RowQuantiser();

function segmentOf(rows: Float32Array, dimensions: number, rowCounts?: Uint16Array) {
  const counts = rowCounts ?? new Uint16Array(rows.length / dimensions).fill(1);
  return buildSegmentVectors({ vectors: rows, rowCounts: counts }, dimensions, quantiser);
}

describe('a vector index', () => {
  it('scores like a plain loop over floats, by cosine and by dot product, rows of any length', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 300 }),
        fc.integer({ min: 1, max: 70 }),
        fc.constantFrom('cosine' as const, 'dot' as const),
        fc.nat(),
        (count, dimensions, metric, seed) => {
          const rows = seededRows(count, dimensions, seed).map(
            (value, at) => value * (1 + (Math.floor(at / dimensions) % 9)),
          );
          const query = seededRows(1, dimensions, seed + 1);
          const index = new VectorIndex({ dimensions, metric });
          index.add(rows);
          const expected = plainScores(rows, query, metric);
          const { keys, scores } = index.search(query, count, { candidates: count });
          const longest = metric === 'dot' ? 9 * dimensions : 1;
          expect([...keys].sort((a, b) => a - b)).toEqual(
            [...expected.keys()].filter((at) => expected[at] !== undefined),
          );
          keys.forEach((key, at) => {
            expect(Math.abs(scores[at]! - expected[key]!)).toBeLessThan(TOLERANCE * longest);
            if (at > 0) expect(scores[at]!).toBeLessThanOrEqual(scores[at - 1]!);
          });
        },
      ),
      { seed: 21, numRuns: 80 },
    );
  });

  it('finds nearly all of the ten nearest among clustered rows with the candidates it chooses itself', () => {
    const dimensions = 384;
    const rows = seededRows(4000, dimensions, 7, 100);
    const index = new VectorIndex({ dimensions });
    index.add(rows);
    let hits = 0;
    for (let at = 0; at < 10; at++) {
      const query = rows
        .slice(at * 397 * dimensions, (at * 397 + 1) * dimensions)
        .map((value, i) => value + Math.sin(at * i) / 2);
      const truth = [...plainScores(rows, query).entries()].sort((a, b) => (b[1] ?? -2) - (a[1] ?? -2)).slice(0, 10);
      const found = new Set(index.search(query, 10).keys);
      hits += truth.filter(([key]) => found.has(key)).length;
    }
    expect(hits / 100).toBeGreaterThanOrEqual(0.98);
  });

  it('takes no more than 450 bytes for a row of 384 dimensions, and 550 with quarters', () => {
    const count = 40_960;
    for (const hasQuarters of [true, false]) {
      const index = new VectorIndex({ dimensions: 384, hasQuarters });
      index.add(new Float32Array(count * 384).fill(1));
      expect(index.memoryBytes / count).toBeLessThanOrEqual(hasQuarters ? 550 : 450);
    }
  });

  it('filters as if it held only what the filter lets through, and gives k results whenever k exist', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 400 }),
        fc.integer({ min: 1, max: 12 }),
        fc.integer({ min: 1, max: 30 }),
        fc.integer({ min: 1, max: 20 }),
        fc.nat(),
        (count, every, k, candidates, seed) => {
          const dimensions = 24;
          const rowCounts = Uint16Array.from({ length: count }, (_, at) => (at % 5) + (at % 7 === 0 ? 0 : 1));
          const total = rowCounts.reduce((sum, rowCount) => sum + rowCount, 0);
          const rows = seededRows(total, dimensions, seed);
          const accept = Uint8Array.from({ length: count }, (_, at) => +(at % every === 0));
          const query = seededRows(1, dimensions, seed + 1);
          const all = new VectorIndex({ dimensions });
          all.add(rows, rowCounts);
          const few = new VectorIndex({ dimensions });
          const accepted = [...accept.keys()].filter((at) => accept[at] === 1);
          let first = 0;
          const starts = Array.from(rowCounts, (rowCount) => (first += rowCount) - rowCount);
          for (const at of accepted) {
            few.add(
              rows.slice(starts[at]! * dimensions, (starts[at]! + rowCounts[at]!) * dimensions),
              rowCounts.slice(at, at + 1),
            );
          }
          const found = all.search(query, k, { accept, candidates: total });
          const expected = few.search(query, k, { candidates: total });
          expect([...found.keys]).toEqual(Array.from(expected.keys, (key) => accepted[key]));
          expect(found.scores).toEqual(expected.scores);
          const alive = accepted.filter((at) => rowCounts[at]! > 0).length;
          expect(all.search(query, k, { accept, candidates }).keys).toHaveLength(Math.min(k, alive));
        },
      ),
      { seed: 22, numRuns: 60 },
    );
  });

  it('finds the nearest where the sample holds them all, which promises more than there is', () => {
    const dimensions = 64;
    const count = 40_000;
    const rows = seededRows(count, dimensions, 41);
    const query = seededRows(1, dimensions, 42);
    // The sample is of the first 32 of every 1,024 rows. Each of these is further from the query than the one before.
    const planted = Array.from({ length: 12 }, (_, at) => Math.floor(at / 2) * 1024 + (at % 2));
    planted.forEach((row, at) => {
      for (let i = 0; i < dimensions; i++)
        rows[row * dimensions + i] = query[i]! + rows[row * dimensions + i]! * at * 0.12;
    });
    const index = new VectorIndex({ dimensions });
    index.add(rows);
    const truth = Array.from(plainScores(rows, query), (score, key) => ({ key, score: score ?? -Infinity }))
      .sort((left, right) => right.score - left.score)
      .slice(0, 10)
      .map(({ key }) => key);
    expect(truth).toEqual(planted.slice(0, 10));
    expect([...index.search(query, 10).keys]).toEqual(truth);
  });

  it('answers like one built anew from what is left, after adding, removing and replacing in any order', () => {
    const dimensions = 16;
    const step = fc.record({
      action: fc.constantFrom('segment' as const, 'add' as const, 'bury' as const, 'drop' as const, 'forget' as const),
      size: fc.integer({ min: 1, max: 2500 }),
      seed: fc.nat(),
    });
    fc.assert(
      fc.property(fc.array(step, { minLength: 3, maxLength: 12 }), (steps) => {
        const index = new VectorIndex({ dimensions });
        const parts: { part: VectorPart; exact: boolean }[] = [];
        const alive = new Map<number, Float32Array>();
        const exactKeys = new Set<number>();
        const remember = (firstKey: number, rows: Float32Array, isExact: boolean): void => {
          for (let at = 0; at * dimensions < rows.length; at++) {
            alive.set(firstKey + at, rows.subarray(at * dimensions, (at + 1) * dimensions));
            if (isExact) exactKeys.add(firstKey + at);
          }
        };
        for (const { action, size, seed } of steps) {
          const rows = seededRows(size, dimensions, seed);
          const chosen = parts[seed % Math.max(1, parts.length)];
          if (action === 'add') remember(index.add(rows), rows, true);
          else if (action === 'segment') {
            const { codes, exact } = segmentOf(rows, dimensions);
            const part = index.addSegment(codes);
            index.setExact(part, exact);
            parts.push({ part, exact: true });
            remember(part.firstKey, rows, true);
          } else if (action === 'bury') {
            const keys = [...alive.keys()].filter((key) => (key * 31 + seed) % 3 === 0);
            index.remove(keys);
            for (const key of keys) alive.delete(key);
          } else if (chosen !== undefined && action === 'forget') {
            index.setExact(chosen.part, undefined);
            for (let at = 0; at < chosen.part.chunkCount; at++) exactKeys.delete(chosen.part.firstKey + at);
          } else if (chosen !== undefined) {
            index.removeSegment(chosen.part);
            parts.splice(parts.indexOf(chosen), 1);
            for (let at = 0; at < chosen.part.chunkCount; at++) alive.delete(chosen.part.firstKey + at);
          }
        }
        const keys = [...alive.keys()].sort((a, b) => a - b);
        expect(index.rowCount).toBe(keys.length);
        const rebuilt = new VectorIndex({ dimensions });
        for (const key of keys) {
          const { codes, exact } = segmentOf(alive.get(key)!, dimensions);
          const part = rebuilt.addSegment(codes);
          if (exactKeys.has(key)) rebuilt.setExact(part, exact);
        }
        const query = seededRows(1, dimensions, 5);
        const options = { candidates: keys.length + 1 };
        const found = index.search(query, 40, options);
        const expected = rebuilt.search(query, 40, options);
        expect([...found.keys]).toEqual(Array.from(expected.keys, (key) => keys[key]));
        expect(found.scores).toEqual(expected.scores);
      }),
      { seed: 23, numRuns: 15 },
    );
  });

  it('estimates scores from codes alone until the exact rows are there, and again when they are gone', () => {
    const dimensions = 384;
    const rows = seededRows(200, dimensions, 4, 10);
    const query = rows.slice(0, dimensions);
    const truth = plainScores(rows, query);
    const { codes, exact } = segmentOf(rows, dimensions);
    const index = new VectorIndex({ dimensions });
    const part = index.addSegment(codes);
    const errors = (): number => {
      const { keys, scores } = index.search(query, 200);
      expect(keys).toHaveLength(200);
      return Math.sqrt(keys.reduce((sum, key, at) => sum + (scores[at]! - truth[key]!) ** 2, 0) / 200);
    };
    const byCodes = errors();
    expect(byCodes).toBeGreaterThan(0.001);
    expect(byCodes).toBeLessThan(0.06);
    expect(index.readRows(3)).toBeUndefined();
    expect(index.directionOf(3)?.isExact).toBe(false);
    index.setExact(part, exact);
    expect(errors()).toBeLessThan(0.001);
    const row = index.readRows(3)!;
    expect(plainScores(rows, row)[3]).toBeGreaterThan(0.9999);
    index.setExact(part, undefined);
    expect(errors()).toBe(byCodes);
  });

  it('scores a chunk of several rows by half its whole and half the best of its windows', () => {
    const index = new VectorIndex({ dimensions: 8 });
    const axis = (at: number): number[] => Array.from({ length: 8 }, (_, i) => +(i === at));
    index.add(Float32Array.from([axis(0), axis(1), axis(0), axis(2), axis(1)].flat()), Uint16Array.of(3, 0, 1, 1));
    const { keys, scores } = index.search(Float32Array.from(axis(0)), 4);
    expect(keys[0]).toBe(0);
    expect([...keys].sort()).toEqual([0, 2, 3]);
    expect(scores[0]).toBeCloseTo(1, 2);
    expect(index.score(Float32Array.from(axis(1)), [0, 1, 2, 3])).toEqual([
      expect.closeTo(0.5, 2),
      undefined,
      expect.closeTo(0, 2),
      expect.closeTo(1, 2),
    ]);
  });

  it('finds nothing when empty, everything when k is larger than it, and never a row of zeros', () => {
    const index = new VectorIndex({ dimensions: 16 });
    const query = seededRows(1, 16, 1);
    expect(index.search(query, 10).keys).toHaveLength(0);
    const rows = seededRows(20, 16, 2);
    rows.fill(0, 5 * 16, 6 * 16);
    index.add(rows);
    expect(index.search(query, 1000).keys).toHaveLength(19);
    expect(index.search(query, 1000).keys).not.toContain(5);
    expect(index.search(query, 0).keys).toHaveLength(0);
    expect(index.search(new Float32Array(16), 10).keys).toHaveLength(0);
    expect(index.search(query, 10, { accept: new Uint8Array(20) }).keys).toHaveLength(0);
    index.remove([1, 2, 3, 3, 99]);
    expect(index.search(query, 1000).keys).toHaveLength(16);
  });

  it('refuses NaN, infinity and wrong dimensions, and is as it was afterwards', () => {
    const index = new VectorIndex({ dimensions: 16 });
    index.add(seededRows(3, 16, 2));
    const query = seededRows(1, 16, 1);
    const before = index.search(query, 10);
    for (const bad of [Number.NaN, Infinity, -Infinity]) {
      const rows = seededRows(700, 16, 3);
      rows[690 * 16] = bad;
      expect(() => index.add(rows)).toThrow(InvalidInputError);
      expect(() => index.search(rows.slice(690 * 16, 691 * 16), 3)).toThrow(InvalidInputError);
    }
    expect(() => index.add(new Float32Array(15))).toThrow(InvalidInputError);
    expect(() => index.add(new Float32Array(32), Uint16Array.of(1))).toThrow(InvalidInputError);
    expect(() => index.search(new Float32Array(8), 3)).toThrow(InvalidInputError);
    expect(() => index.search(query, 1.5)).toThrow(InvalidInputError);
    expect(() => new VectorIndex({ dimensions: 0 })).toThrow(InvalidInputError);
    expect(() => index.addSegment(segmentOf(seededRows(2, 8, 1), 8).codes)).toThrow(InvalidInputError);
    const part = index.addSegment(segmentOf(seededRows(2, 16, 1), 16).codes);
    index.removeSegment(part);
    expect(() => {
      index.removeSegment(part);
    }).toThrow(NotFoundError);
    expect(index.search(query, 10)).toEqual(before);
  });
});
