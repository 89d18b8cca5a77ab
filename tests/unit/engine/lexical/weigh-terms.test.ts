import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { buildLexicalSegment } from '../../../../src/engine/lexical/build-lexical-segment.ts';
import { DictionaryReader } from '../../../../src/engine/lexical/dictionary-reader.ts';
import { prefixForms } from '../../../../src/engine/lexical/prefix-forms.ts';
import { parseLexicalQuery } from '../../../../src/engine/lexical/query-terms.ts';
import { closestStems } from '../../../../src/engine/lexical/typo.ts';
import { weighTerms } from '../../../../src/engine/lexical/weigh-terms.ts';
import { wordWeights } from '../../../../src/engine/lexical/word-weights.ts';
import { chunkOf, searchIn, sourcesOf, statisticsOf } from './lexical-fixtures.ts';

function keysFor(
  bodies: readonly string[],
  ...question: Parameters<typeof searchIn> extends [unknown, infer Q, ...unknown[]] ? [Q] : never
): number[] {
  const half = Math.ceil(bodies.length / 2);
  const parts = [bodies.slice(0, half), bodies.slice(half)].map((part) => ({
    segment: buildLexicalSegment(part.map((body) => chunkOf(body))),
  }));
  return searchIn(parts, ...question).map(([key]) => key);
}

/** Distance of Damerau, each place edited once, by the whole matrix. */
function plainDistance(left: string, right: string): number {
  const a = [...left];
  const b = [...right];
  const rows = Array.from({ length: a.length + 1 }, (_, i) =>
    Array.from({ length: b.length + 1 }, (__, j) => (i === 0 ? j : i)),
  );
  const at = (i: number, j: number): number => rows[i]?.[j] ?? Infinity;
  for (let i = 1; i <= a.length; i++) {
    for (let j = 1; j <= b.length; j++) {
      let value = Math.min(at(i - 1, j) + 1, at(i, j - 1) + 1, at(i - 1, j - 1) + (a[i - 1] === b[j - 1] ? 0 : 1));
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1])
        value = Math.min(value, at(i - 2, j - 2) + 1);
      const row = rows[i];
      if (row !== undefined) row[j] = value;
    }
  }
  return at(a.length, b.length);
}

describe('typing slips', () => {
  it('are forgiven where the library does not hold the word, and count for less', () => {
    const bodies = ['the lighthouse keeper', 'the university of the sea', 'connections were lost'];
    expect(keysFor(bodies, 'lihgthouse')).toEqual([0]);
    expect(keysFor(bodies, 'univeristy')).toEqual([1]);
    expect(keysFor(bodies, 'conections')).toEqual([2]);
    expect(keysFor(bodies, 'sae')).toEqual([]);
    expect(keysFor(['маяк стоит', 'лампа горит'], 'лапма')).toEqual([1]);
  });

  it('are left alone where the word is there as it was typed', () => {
    expect(keysFor(['the form is long', 'a letter from home', 'farm work'], 'farm')).toEqual([2]);
  });

  it('are named, with no idf of their own', () => {
    const sources = sourcesOf([{ segment: buildLexicalSegment([chunkOf('the lighthouse keeper'), chunkOf('x')]) }]);
    const { terms } = weighTerms(sources, statisticsOf(sources), parseLexicalQuery('lighthuose').terms);
    expect(terms.map(({ idf, corrections }) => ({ idf, corrections }))).toEqual([
      { idf: 0, corrections: ['lighthous'] },
    ]);
  });

  it('are found exactly as by comparing with every word', () => {
    const letters = fc.constantFrom('a', 'b', 'e', 's', 'ï', 'ж');
    const word = fc.array(letters, { minLength: 3, maxLength: 9 }).map((rest) => `l${rest.join('')}`);
    const ending = fc.constantFrom('', 's', 'ed', 'ing', 'ies', 'y');
    const form = fc.tuple(word, ending).map(([start, end]) => (start + end).replaceAll('ï', 'i'));
    fc.assert(
      fc.property(fc.array(form, { minLength: 1, maxLength: 60 }), form, (forms, asked) => {
        const segment = buildLexicalSegment([chunkOf(forms.join(' '))]);
        const limit = [...asked].length >= 8 ? 2 : 1;
        const distances = forms.map((other) => plainDistance(asked, other)).filter((distance) => distance <= limit);
        const { stems, distance } = closestStems([new DictionaryReader(segment)], asked);
        expect(stems.length > 0).toBe(distances.length > 0);
        if (distances.length > 0) expect(distance).toBe(Math.min(...distances));
      }),
      { seed: 31, numRuns: 500 },
    );
  });
});

describe('beginnings of words', () => {
  it('find every form that begins so, whatever its stem', () => {
    const words = ['pony', 'ponies', 'ponder', 'organ', 'organizational', 'using', 'use', 'connecting', 'connect', 'π'];
    const segment = buildLexicalSegment([chunkOf(words.join(' '))]);
    for (const word of words) {
      for (let length = 1; length <= word.length; length++) {
        const prefix = word.slice(0, length);
        const expected = words.filter((other) => other.startsWith(prefix)).length;
        expect(prefixForms(new DictionaryReader(segment), prefix)).toHaveLength(expected);
      }
    }
  });

  it('are searched for beside the words of a question', () => {
    const bodies = ['lamp oil', 'lamp light', 'lighthouse', 'oil'];
    expect(keysFor(bodies, { text: '', prefixes: ['ligh'] }).sort()).toEqual([1, 2]);
    expect(keysFor(bodies, { text: 'lamp', prefixes: ['Ligh*'] })[0]).toBe(1);
  });
});

describe('stems of the languages a library holds', () => {
  const german = 'Die Häuser und Wohnungen sind in der Stadt und nicht auf dem Land';
  const french = 'Les chevaux et les bateaux sont dans le port avec des lumières';
  const russian = 'Маяки и лампы на берегах для кораблей были в порту';
  const indonesian = 'Penjaga mercusuar itu menuliskan catatan di dalam buku dan membaca';
  const spanish = 'Las luces de los faros en la costa y para los barcos';
  it.each([
    ['Haus', 0],
    ['Wohnung', 0],
    ['cheval', 1],
    ['bateau', 1],
    ['lumière', 1],
    ['маяк', 2],
    ['берег', 2],
    ['tulis', 3],
    ['baca', 3],
    ['luz', 4],
    ['faro', 4],
  ])('bring %s to its other forms', (word, expected) => {
    expect(keysFor([german, french, russian, indonesian, spanish], word)).toEqual([expected]);
  });
});

describe('weights of words', () => {
  it('are the idf of their stems, for words that the library holds', () => {
    const bodies = ['the lamps', 'a lamp', 'the sea', 'the log'];
    const sources = sourcesOf([{ segment: buildLexicalSegment(bodies.map((body) => chunkOf(body))) }]);
    const weights = wordWeights(sources, statisticsOf(sources), ['lamp', 'lamps', 'the', 'sea', 'seaa', 'zebra']);
    expect(Object.keys(weights).sort()).toEqual(['lamp', 'lamps', 'sea', 'the']);
    expect(weights['lamp']).toBeCloseTo(Math.log(1 + 2.5 / 2.5), 10);
    expect(weights['lamps']).toBe(weights['lamp']);
    expect(weights['sea']).toBeGreaterThan(weights['the'] ?? Infinity);
  });
});
