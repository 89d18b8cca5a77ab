import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Bm25Parameters, DEFAULT_BM25 } from '../../../../src/engine/lexical/bm25.ts';
import { buildLexicalSegment } from '../../../../src/engine/lexical/build-lexical-segment.ts';
import { LEXICAL_FIELDS } from '../../../../src/engine/lexical/lexical-segment.ts';
import { parseLexicalQuery } from '../../../../src/engine/lexical/query-terms.ts';
import { stem } from '../../../../src/engine/lexical/stem.ts';
import { isStopWord } from '../../../../src/engine/lexical/stop-words.ts';
import { chunkOf, type FieldTexts, searchIn } from './lexical-fixtures.ts';

const okapi: Bm25Parameters = {
  k1: 1.2,
  lengthPrior: 0,
  weights: { body: 1, title: 2, headings: 1, fileName: 1 },
  b: { body: 0.75, title: 0, headings: 0, fileName: 0 },
  exactWeight: 0,
  functionWordWeight: 0,
};

function scoresOf(chunks: readonly FieldTexts[], question: string, parameters = okapi): Map<number, number> {
  return new Map(searchIn([{ segment: buildLexicalSegment(chunks) }], question, 10, parameters));
}

describe('BM25', () => {
  // Three bodies of 2, 4 and 6 terms (mean 4); "cat" in two of them, once and twice.
  const chunks = ['cat dog', 'bird fish fox owl', 'cat cat dog owl fox fish'].map((body) => chunkOf(body));
  const idf = Math.log(1 + (3 - 2 + 0.5) / (2 + 0.5));

  it('is Okapi BM25, worked out by hand, when there is one field of weight 1', () => {
    const scores = scoresOf(chunks, 'cat');
    // tf 1, length 2 of mean 4: the normaliser is 0.25 + 0.75 · 0.5 = 0.625.
    expect(scores.get(0)).toBeCloseTo((idf * 2.2 * 1) / (1 + 1.2 * 0.625), 10);
    // tf 2, length 6 of mean 4: the normaliser is 0.25 + 0.75 · 1.5 = 1.375.
    expect(scores.get(2)).toBeCloseTo((idf * 2.2 * 2) / (2 + 1.2 * 1.375), 10);
    expect(scores.has(1)).toBe(false);
  });

  it('adds weighted frequencies of fields before saturation', () => {
    const scores = scoresOf([chunkOf('cat dog', 'cat'), chunkOf('bird dog', 'fish')], 'cat');
    expect(scores.get(0)).toBeCloseTo((Math.log(1 + 1.5 / 1.5) * 2.2 * 3) / (3 + 1.2), 10);
  });

  it('compares lengths less sharply with a length prior', () => {
    const plain = scoresOf(chunks, 'dog');
    const damped = scoresOf(chunks, 'dog', { ...okapi, lengthPrior: 100 });
    const ratio = (scores: Map<number, number>): number => (scores.get(0) ?? 0) / (scores.get(2) ?? 1);
    expect(ratio(plain)).toBeGreaterThan(1.3);
    expect(ratio(damped)).toBeGreaterThan(1);
    expect(ratio(damped)).toBeLessThan(1.05);
  });

  it('prefers the form that was typed, and finds the others', () => {
    const forms = [chunkOf('the connections made'), chunkOf('it connected here'), chunkOf('a connection made')];
    const ranked = searchIn([{ segment: buildLexicalSegment(forms) }], 'connected');
    expect(ranked.map(([key]) => key)).toEqual([1, 0, 2]);
    const [, second, third] = ranked;
    expect(second?.[1]).toBeCloseTo(third?.[1] ?? 0, 10);
  });

  it('lets function words decide between passages that are otherwise equal', () => {
    const [first] = searchIn(
      [{ segment: buildLexicalSegment([chunkOf('the lamp by him and more'), chunkOf('the lamp by her and more')]) }],
      'lamp by her',
    );
    expect(first?.[0]).toBe(1);
  });
});

// Letters chosen so that stems, forms of one stem and function words meet often.
const wordArbitrary = fc.constantFrom(
  ...['lamp', 'lamps', 'lamped', 'tower', 'towers', 'towering', 'the', 'of', 'not', 'sea', 'seas', 'log', 'rare'],
);
const textArbitrary = fc.array(wordArbitrary, { maxLength: 12 }).map((words) => words.join(' '));
const chunkArbitrary = fc.record({
  body: textArbitrary,
  title: fc.array(wordArbitrary, { maxLength: 3 }).map((words) => words.join(' ')),
  headings: fc.constantFrom('', 'lamp log', 'seas'),
  fileName: fc.constantFrom('', 'towers'),
});

/** The formula, chunk by chunk, straight from the texts. */
function plainScores(chunks: readonly FieldTexts[], question: string, parameters: Bm25Parameters): number[] {
  const wordsOf = (text: string): string[] => text.split(' ').filter((word) => word !== '');
  const stemOf = (word: string): string => (isStopWord(word) ? word : stem(word));
  const averages = LEXICAL_FIELDS.map((field) => {
    const lengths = chunks.map((chunk) => wordsOf(chunk[field]).length).filter((length) => length > 0);
    return lengths.reduce((sum, length) => sum + length, 0) / Math.max(1, lengths.length);
  });
  const tilde = (chunk: FieldTexts, isIt: (word: string) => boolean): number => {
    let sum = 0;
    LEXICAL_FIELDS.forEach((field, number) => {
      const words = wordsOf(chunk[field]);
      const counted = words.filter(isIt).length;
      const frequency = number === 0 ? counted : Math.min(counted, 3);
      const prior = number === 0 ? parameters.lengthPrior : 0;
      const b = parameters.b[field];
      const norm = 1 - b + (b * (words.length + prior)) / ((averages[number] ?? 0) + prior);
      if (frequency > 0) sum += (parameters.weights[field] * frequency) / norm;
    });
    return sum;
  };
  const terms = parseLexicalQuery(question).terms;
  return chunks.map((chunk) => {
    let score = 0;
    const add = (weight: number, isIt: (word: string) => boolean): void => {
      const holders = chunks.filter((other) => tilde(other, isIt) > 0).length;
      const idf = Math.log(1 + (chunks.length - holders + 0.5) / (holders + 0.5));
      const frequency = tilde(chunk, isIt);
      if (frequency > 0) score += (weight * idf * (parameters.k1 + 1) * frequency) / (parameters.k1 + frequency);
    };
    for (const { term, count, forms, isFunctionWord } of terms) {
      add(count * (isFunctionWord ? parameters.functionWordWeight : 1), (word) => stemOf(word) === term);
      if (isFunctionWord) continue;
      for (const { form, count: times } of forms) add(times * parameters.exactWeight, (word) => word === form);
    }
    return score;
  });
}

describe('the scan of segments', () => {
  it('gives the scores of the formula worked out chunk by chunk', () => {
    fc.assert(
      fc.property(fc.array(chunkArbitrary, { minLength: 1, maxLength: 8 }), textArbitrary, (chunks, question) => {
        const expected = plainScores(chunks, question, DEFAULT_BM25);
        const found = new Map(searchIn([{ segment: buildLexicalSegment(chunks) }], question, 100));
        expected.forEach((score, ordinal) => {
          expect(found.get(ordinal) ?? 0).toBeCloseTo(score, 9);
        });
      }),
      { seed: 21, numRuns: 300 },
    );
  });

  it('does not depend on how chunks are spread over segments', () => {
    fc.assert(
      fc.property(
        fc.array(chunkArbitrary, { minLength: 2, maxLength: 8 }),
        textArbitrary,
        fc.nat(6),
        (chunks, question, cut) => {
          const at = 1 + (cut % (chunks.length - 1));
          const parts = [chunks.slice(0, at), chunks.slice(at)].map((part) => ({ segment: buildLexicalSegment(part) }));
          expect(searchIn(parts, question, 5)).toEqual(
            searchIn([{ segment: buildLexicalSegment(chunks) }], question, 5),
          );
        },
      ),
      { seed: 22, numRuns: 200 },
    );
  });

  it('leaves out only what cannot be among the best, over many windows, filters and deletions', () => {
    // More chunks than two windows; words from frequent to rare, so that some terms are looked up and some are walked.
    let state = 12345;
    const random = (): number => (state = (Math.imul(state, 1103515245) + 12345) >>> 0) / 2 ** 32;
    const wordAt = (): string => `w${Math.floor(3000 * random() ** 4)}x`;
    const chunks = Array.from({ length: 9000 }, () =>
      chunkOf(Array.from({ length: 6 + Math.floor(20 * random()) }, wordAt).join(' ') + ' the'),
    );
    const segment = buildLexicalSegment(chunks);
    const parts = [{ segment: buildLexicalSegment(chunks.slice(0, 700)) }, { segment }];
    const sparse = Uint8Array.from(chunks, (_, i) => (i % 97 === 5 ? 1 : 0));
    const dense = Uint8Array.from(chunks, (_, i) => (i % 3 === 0 ? 0 : 1));
    for (let i = 0; i < 40; i++) {
      const question = Array.from({ length: 1 + (i % 7) }, wordAt).join(' ') + (i % 2 === 0 ? ' the' : '');
      for (const k of [1, 10, 100]) {
        for (const acceptMask of [undefined, sparse, dense]) {
          const masked = acceptMask === undefined ? parts : [{ segment, acceptMask }];
          expect(searchIn(masked, question, k)).toEqual(searchIn(masked, question, k, DEFAULT_BM25, false));
        }
        const deleted = [{ segment, liveMask: dense }];
        expect(searchIn(deleted, question, k)).toEqual(searchIn(deleted, question, k, DEFAULT_BM25, false));
      }
    }
  });

  it('scores what a filter lets through as it would without the filter', () => {
    const chunks = Array.from({ length: 200 }, (_, i) => chunkOf(`lamp ${i % 7 === 0 ? 'tower' : 'sea'} log${i}`));
    const segment = buildLexicalSegment(chunks);
    const all = new Map(searchIn([{ segment }], 'lamps of the tower', 500));
    const acceptMask = Uint8Array.from(chunks, (_, i) => (i === 77 || i === 78 ? 1 : 0));
    const some = searchIn([{ segment, acceptMask }], 'lamps of the tower', 10);
    expect(some.map(([key]) => key)).toEqual([77, 78]);
    for (const [key, score] of some) expect(score).toBe(all.get(key));
  });
});

describe('odd questions', () => {
  const segment = buildLexicalSegment([
    chunkOf('The lighthouse keeper wrote a log.'),
    chunkOf('灯塔守护者写日志'),
    chunkOf('Der Leuchtturm und die See'),
  ]);
  it.each([
    ['empty', ''],
    ['5,000 characters', 'lighthouse keepre '.repeat(300)],
    ['one endless word', 'x'.repeat(5000)],
    ['one emoji', '🗼'],
    ['only stop words', 'to be or not to be'],
    ['a regex', '^(?:[a-z]+)*\\d{2,}$|.*[^\\]]'],
    ['mixed scripts', 'lighthouse 灯塔 маяк منارة ประภาคาร leuchtturm'],
    ['lone surrogates', '\ud800\udc00\ud800 lamp \udfff'],
    ['zeros and controls', 'a\u0000b\u0001c \u0001\u0002keeper'],
  ])('are answered at once and without complaint: %s', (_, question) => {
    const startedAt = performance.now();
    const found = searchIn([{ segment }], question);
    expect(found.every(([, score]) => Number.isFinite(score) && score > 0)).toBe(true);
    expect(performance.now() - startedAt).toBeLessThan(1000);
  });

  it('find what they name in any script', () => {
    expect(searchIn([{ segment }], 'mixed 灯塔')[0]?.[0]).toBe(1);
    expect(searchIn([{ segment }], 'leuchtturm')[0]?.[0]).toBe(2);
  });
});
