import { describe, expect, it } from 'vitest';
import { type Bm25Parameters, scanBm25, weighTerms } from '../../../../src/engine/lexical/bm25.ts';
import { buildLexicalSegment } from '../../../../src/engine/lexical/build-lexical-segment.ts';
import { FIELD_COUNT, type LexicalSegment } from '../../../../src/engine/lexical/lexical-segment.ts';
import { TopK } from '../../../../src/engine/ranking/top-k.ts';

const okapi: Bm25Parameters = {
  k1: 1.2,
  lengthPrior: 0,
  weights: { body: 1, title: 2, headings: 1, fileName: 1 },
  b: { body: 0.75, title: 0, headings: 0, fileName: 0 },
};

function segmentOf(bodies: readonly string[], titles: readonly string[] = []): LexicalSegment {
  return buildLexicalSegment(bodies.map((body, i) => ({ body, title: titles[i] ?? '', headings: '', fileName: '' })));
}

function scoresOf(segment: LexicalSegment, terms: readonly string[], parameters = okapi): Map<number, number> {
  const fieldTotals = new Float64Array(FIELD_COUNT);
  const fieldCounts = new Float64Array(FIELD_COUNT);
  segment.fieldLengths.forEach((length, at) => {
    const field = at % FIELD_COUNT;
    fieldTotals[field] = (fieldTotals[field] ?? 0) + length;
    fieldCounts[field] = (fieldCounts[field] ?? 0) + (length > 0 ? 1 : 0);
  });
  const statistics = { chunkCount: segment.chunkCount, fieldTotals, fieldCounts };
  const sources = [{ segment, firstKey: 0, liveMask: undefined, acceptMask: undefined }];
  const best = new TopK(10, (a, b) => a < b);
  const weighed = weighTerms(
    sources,
    statistics,
    terms.map((term) => ({ term, count: 1 })),
  );
  scanBm25(sources, statistics, weighed, best, parameters);
  return new Map(best.drain().map(({ key, score }) => [key, score]));
}

describe('BM25', () => {
  // Three bodies of 2, 4 and 6 terms (mean 4); "cat" in two of them, once and twice.
  const segment = segmentOf(['cat dog', 'bird fish fox owl', 'cat cat dog owl fox fish']);
  const idf = Math.log(1 + (3 - 2 + 0.5) / (2 + 0.5));

  it('is Okapi BM25, worked out by hand, when there is one field of weight 1', () => {
    const scores = scoresOf(segment, ['cat']);
    // tf 1, length 2 of mean 4: the normaliser is 0.25 + 0.75 · 0.5 = 0.625.
    expect(scores.get(0)).toBeCloseTo((idf * 2.2 * 1) / (1 + 1.2 * 0.625), 10);
    // tf 2, length 6 of mean 4: the normaliser is 0.25 + 0.75 · 1.5 = 1.375.
    expect(scores.get(2)).toBeCloseTo((idf * 2.2 * 2) / (2 + 1.2 * 1.375), 10);
    expect(scores.has(1)).toBe(false);
  });

  it('adds weighted frequencies of fields before saturation', () => {
    const titled = segmentOf(['cat dog', 'bird dog'], ['cat', 'fish']);
    const expected = (Math.log(1 + 1.5 / 1.5) * 2.2 * 3) / (3 + 1.2);
    expect(scoresOf(titled, ['cat']).get(0)).toBeCloseTo(expected, 10);
  });

  it('compares lengths less sharply with a length prior', () => {
    const plain = scoresOf(segment, ['dog']);
    const damped = scoresOf(segment, ['dog'], { ...okapi, lengthPrior: 100 });
    const ratio = (scores: Map<number, number>): number => (scores.get(0) ?? 0) / (scores.get(2) ?? 1);
    expect(ratio(plain)).toBeGreaterThan(1.3);
    expect(ratio(damped)).toBeGreaterThan(1);
    expect(ratio(damped)).toBeLessThan(1.05);
  });

  it('gives nothing for a term nobody has', () => {
    expect(scoresOf(segment, ['zebra']).size).toBe(0);
  });
});
