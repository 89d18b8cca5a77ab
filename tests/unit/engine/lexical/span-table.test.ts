import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compareCodePoints } from '../../../../src/engine/lexical/code-point-order.ts';
import { sortByKey } from '../../../../src/engine/lexical/key-order.ts';
import { SpanTable } from '../../../../src/engine/lexical/span-table.ts';
import { termKey } from '../../../../src/engine/lexical/term-key.ts';
import { TermTable } from '../../../../src/engine/lexical/term-table.ts';
import { analyzeSpan, forEachSpan } from '../../../../src/engine/lexical/tokenize.ts';

const PIECES = [
  ...[
    'Häuser ',
    'Œuvre ',
    'C++ ',
    'C# ',
    'a+ ',
    '한국어 ',
    'テスト',
    'ไทย',
    'e\u0301',
    '\ud800',
    '😀',
    '1,000,000 ',
    'v1.2.3 ',
  ],
  ...[
    'getUserName ',
    'foo--bar--- ',
    'x\u0640y ',
    "it's ",
    'O’Neil’s ',
    'ﬁne',
    '𐐀',
    ' ',
    '\0',
    'src/engine\\x@y.com:80&z,',
    '...',
  ],
  ...['a'.repeat(80), 'Running ', 'the ', '-', '.', ',', 'x'],
];
const anyText = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.array(fc.constantFrom(...PIECES)).map((some) => some.join('')),
);

function keyOf(terms: TermTable, number: number): string {
  return new TextDecoder().decode(terms.bytes.subarray(terms.starts[number], terms.starts[number + 1]));
}

describe('the table of words', () => {
  it('finds in any text the terms that the tokenizer finds', () => {
    const table = new SpanTable();
    fc.assert(
      fc.property(anyText, fc.constantFrom(0, 1), (text, language) => {
        const expected: string[] = [];
        const source = text.normalize('NFKC');
        forEachSpan(
          source,
          (start, end) => {
            analyzeSpan(source.slice(start, end), language === 0 ? 'en' : 'de', (stem, form) =>
              expected.push(termKey(stem, form)),
            );
          },
          (gram) => expected.push(gram),
        );
        table.cut(text);
        const found = Array.from(table.grams.subarray(0, table.gramCount), (gram) => keyOf(table.terms, gram));
        for (const span of table.found.subarray(0, table.foundCount)) {
          const known = table.known(language)[span] ?? 0;
          const coded = known === 0 ? table.analyse(span, language) : known;
          const numbers = coded > 0 ? [coded - 1] : table.listOf(coded);
          found.push(...numbers.map((number) => keyOf(table.terms, number)));
        }
        expect(found.sort()).toEqual(expected.sort());
      }),
      { numRuns: 500 },
    );
  });

  it('sorts keys as their code points are ordered', () => {
    const key = fc.oneof(
      fc.string({ unit: 'grapheme', minLength: 1 }),
      fc.stringMatching(/^[ab]{1,12}$/),
      fc.constantFrom('\uffff', '\u{10000}', 'aaaa', 'aaaaa', 'aaaa\u0001'),
    );
    fc.assert(
      fc.property(fc.uniqueArray(key, { maxLength: 200 }), (keys) => {
        const wanted = keys.filter((one) => !one.includes('\0') && one.isWellFormed());
        const terms = new TermTable();
        const numbers = Uint32Array.from(wanted, (one) => terms.numberOf(one));
        sortByKey(numbers, terms);
        expect(Array.from(numbers, (number) => keyOf(terms, number))).toEqual(wanted.sort(compareCodePoints));
      }),
    );
  });
});
