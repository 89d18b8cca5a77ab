import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { queryTermsOf } from '../../../../src/engine/lexical/query-terms.ts';
import { stem } from '../../../../src/engine/lexical/stem.ts';
import { termsOf } from '../../../../src/engine/lexical/tokenize.ts';

describe('tokenize', () => {
  it.each([
    ['ORA-00942', ['ora', '00942', 'ora-00942']],
    ['0x80070005', ['0x80070005']],
    ['v2.3.1', ['v2', '3', '1', 'v2.3.1', '2.3.1']],
    ['src/engine/lexical.ts', ['src', 'engin', 'lexic', 'ts', 'src/engine/lexical.ts', 'lexical.ts']],
    ['getUserName', ['getusernam', 'get', 'user', 'name']],
    ['JSONParser', ['jsonpars', 'json', 'parser']],
    ['ERR_CONNECTION_RESET', ['err', 'connect', 'reset', 'err_connection_reset']],
    ['C++ and C#', ['c++', 'and', 'c#']],
    ['1,000,000 genomes', ['1000000', 'genom']],
    ['pages 3,4', ['page', '3', '4']],
    ["Caroline's", ['carolin']],
    ['jane@example.com', ['jane', 'exampl', 'com', 'jane@example.com']],
  ])('keeps %s whole and splits it', (text, terms) => {
    expect([...new Set(termsOf(text))].sort()).toEqual([...new Set(terms)].sort());
  });

  it('finds a Windows path typed with either slash', () => {
    expect(termsOf('C:\\Users\\ada')).toContain('c:/users/ada');
    expect(termsOf('C:/Users/ada')).toContain('c:/users/ada');
  });

  it('folds case, compatibility forms, diacritics and undecomposed letters', () => {
    expect(termsOf('ÄRGER Straße ﬁnd Łódź ＡＢＣ')).toEqual(termsOf('arger strasse find lodz abc'));
    expect(termsOf('café')).toEqual(termsOf('cafe\u0301'));
  });

  it('keeps the vowel signs and voicing marks of other scripts', () => {
    expect(termsOf('हिन्दी')).toEqual(['हिन्दी']);
    expect(termsOf('が')).toEqual(['が']);
  });

  it('cuts Chinese, Japanese, Korean and Thai into characters and pairs, beside Latin words', () => {
    expect(termsOf('黑豹队NFL')).toEqual(['黑', '豹', '黑豹', '队', '豹队', 'nfl']);
    expect(termsOf('東京タワー')).toContain('東京');
    expect(termsOf('서울시')).toContain('서울');
    expect(termsOf('สวัสดี')).toContain('สว');
    expect(termsOf('𠮷野家')).toContain('𠮷野');
  });

  it('reduces English inflections to one stem', () => {
    expect(stem('connections')).toBe(stem('connected'));
    expect(stem('ponies')).toBe('poni');
    expect(stem('relational')).toBe('relat');
    expect(stem('hopping')).toBe('hop');
    expect(stem('00942')).toBe('00942');
  });

  it('has nothing to say to signs alone', () => {
    for (const text of ['', '   ', '👍', '—…!?', '\u0301', '\ud800']) expect(termsOf(text)).toEqual([]);
  });

  it('takes any text and gives short, well-formed terms', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 200 }), (text) => {
        const terms = termsOf(text);
        expect(terms.every((term) => term.length > 0 && term.length <= 64 && term.isWellFormed())).toBe(true);
      }),
      { seed: 7, numRuns: 200 },
    );
  });

  it('sets function words of a question apart unless there is nothing else', () => {
    const telling = (question: string): string[] =>
      queryTermsOf(question).flatMap(({ term, isFunctionWord }) => (isFunctionWord ? [] : [term]));
    expect(telling('What is the lighthouse?')).toEqual(['lighthous']);
    expect(telling('to be or not to be')).toEqual(['to', 'be', 'or', 'not']);
    expect(telling('Wo ist der Leuchtturm und die See?')).toEqual(['leuchtturm', 'see']);
    expect(queryTermsOf('tower Towers tower')).toEqual([
      {
        term: 'tower',
        count: 3,
        forms: [
          { form: 'tower', count: 2 },
          { form: 'towers', count: 1 },
        ],
        isFunctionWord: false,
        isPrefix: false,
      },
    ]);
  });
});
