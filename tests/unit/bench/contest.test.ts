import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { exactNeighbours, recallOf } from '../../bench/contest/exact-neighbours.ts';
import { floatLoop } from '../../bench/contest/float-loop.ts';
import { knownItems, withEquals } from '../../bench/contest/known-items.ts';
import { makePassages } from '../../bench/contest/made-passages.ts';
import { DISTRIBUTIONS, makeVectors } from '../../bench/contest/made-vectors.ts';
import { contestTables } from '../../bench/contest-tables.ts';
import type { Figure } from '../../bench/figure.ts';
import { keepFigures } from '../../bench/kept-figures.ts';

const DIMENSIONS = 64;
const K = 10;

describe('the data of the contests', () => {
  it.each(DISTRIBUTIONS)('makes unit vectors of the kind "%s", the same ones each time', (distribution) => {
    const first = makeVectors(distribution, 1, 50, DIMENSIONS);
    const longer = makeVectors(distribution, 1, 80, DIMENSIONS);
    expect(longer.rows.slice(0, 50 * DIMENSIONS)).toEqual(first.rows.slice());
    for (let row = 0; row < 50; row++) {
      const length = Math.hypot(...first.rows.subarray(row * DIMENSIONS, (row + 1) * DIMENSIONS));
      expect(length).toBeCloseTo(1, 4);
    }
  });

  it('counts every passage that holds all words of a query', () => {
    const passages = ['The lamp of the tower', 'a tower without light', 'Lamp, tower, sea', 'sea'];
    const [both, one] = withEquals(passages, [
      { query: 'tower lamp', passage: 2 },
      { query: 'sea', passage: 3 },
    ]);
    expect(both).toEqual({ query: 'tower lamp', passages: [0, 2] });
    expect(one?.passages).toEqual([2, 3]);
  });

  it('asks for words that stand in the passage sought', () => {
    const passages = makePassages(300);
    const items = knownItems(passages, 40);
    expect(items).toHaveLength(40);
    for (const { query, passage } of items) {
      const text = passages[passage]?.toLowerCase() ?? '';
      const words = query.split(' ');
      expect(words.length).toBeGreaterThanOrEqual(2);
      expect(words.length).toBeLessThanOrEqual(6);
      for (const word of words) expect(text).toContain(word);
    }
  });
});

describe('the truth of the search contest', () => {
  it('is what a plain sort by cosine gives, and what the float loop finds', async () => {
    const all = makeVectors('mix', 1, 507, DIMENSIONS);
    const vectors = { rows: all.rows.subarray(0, 500 * DIMENSIONS), count: 500, dimensions: DIMENSIONS };
    const queries = { rows: all.rows.subarray(500 * DIMENSIONS), count: 7, dimensions: DIMENSIONS };
    const truth = exactNeighbours(vectors, queries, K);
    const loop = floatLoop();
    await loop.build(vectors);
    for (let query = 0; query < queries.count; query++) {
      const wanted = queries.rows.slice(query * DIMENSIONS, (query + 1) * DIMENSIONS);
      const sorted = Array.from({ length: 500 }, (_, row) => {
        const own = vectors.rows.subarray(row * DIMENSIONS, (row + 1) * DIMENSIONS);
        return { row, score: own.reduce((sum, value, at) => sum + value * wanted[at]!, 0) };
      }).sort((left, right) => right.score - left.score);
      const best = sorted.slice(0, K).map(({ row }) => row);
      expect([...truth.subarray(query * K, (query + 1) * K)]).toEqual(best);
      expect([...Array.from(await loop.search(wanted, K, 0))]).toEqual(best);
    }
  });

  it('counts a neighbour once, however often it is named', () => {
    const truth = Int32Array.of(1, 2, 3, 4);
    expect(recallOf(Int32Array.of(2, 1, 9, 3), truth, 0, 2, 2)).toBe(0.75);
    expect(recallOf(Int32Array.of(1, 1), truth, 0, 1, 2)).toBe(0.5);
  });
});

describe('what is written down', () => {
  const machine = {
    processor: 'made',
    cores: 2,
    memoryGib: 1,
    system: 'made',
    node: 'v20',
    date: '2026-01-01',
    load: 0,
    browser: '1',
    loadAfter: 0,
    isQuick: false,
  };
  const figure = (n: number, name: string, p50Ms: number, recallAt10: number): Figure => ({
    bench: 'search',
    name,
    n,
    dims: 8,
    distribution: 'mix',
    p50Ms,
    recallAt10,
    ...(name !== 'Commonplace' && { rival: name }),
  });

  it('keeps what was not measured again, and replaces what was', () => {
    const folder = mkdtempSync(join(tmpdir(), 'figures-'));
    try {
      const path = join(folder, 'figures.jsonl');
      keepFigures(path, { machine, figures: [figure(10, 'Commonplace', 1, 1), figure(20, 'Commonplace', 2, 1)] });
      const later = { ...machine, date: '2026-01-02' };
      const runs = keepFigures(path, { machine: later, figures: [figure(20, 'Commonplace', 3, 1)] });
      const kept = runs.map((run) => [run.machine.date, ...run.figures.map(({ n, p50Ms }) => [n, p50Ms])]);
      expect(kept).toEqual([
        ['2026-01-01', [10, 1]],
        ['2026-01-02', [20, 3]],
      ]);
      expect(readFileSync(path, 'utf8').trim().split('\n')).toHaveLength(4);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });

  it('names as rivals only those that find enough, in multiples of our time', () => {
    const tables = contestTables('search', [
      figure(10, 'Commonplace', 0.5, 0.999),
      figure(10, 'hasty', 0.1, 0.9),
      figure(10, 'thorough', 2, 1),
    ]);
    expect(tables).toContain('thorough 4.00 ×.');
    expect(tables).not.toContain('hasty 0.20 ×.');
  });
});
