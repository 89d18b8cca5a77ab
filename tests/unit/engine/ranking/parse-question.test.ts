import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ParsedQuestion } from '../../../../src/domain/question.ts';
import { parseQuestion } from '../../../../src/engine/ranking/parse-question.ts';

const NOW = new Date(2026, 2, 5, 12).getTime();
const parse = (question: string): ParsedQuestion => parseQuestion(question, NOW);
const filter = (field: string, value: string, isExcluded = false): object => ({ field, value, isExcluded });

describe('a question with search signs', () => {
  it('is taken apart', () => {
    const parsed = parse('file:report "long dark" -draft lamp* tag:"sea voyage" oil -in:archive');
    expect(parsed.text).toBe('long dark oil');
    expect(parsed.phrases).toEqual(['long dark']);
    expect(parsed.excluded).toEqual(['draft']);
    expect(parsed.prefixes).toEqual(['lamp']);
    expect(parsed.filters).toEqual([
      filter('file', 'report'),
      filter('tag', 'sea voyage'),
      filter('in', 'archive', true),
    ]);
    expect(parsed.notes).toEqual([]);
  });

  it('may use curly and angled quotation marks, capitals in a filter, and punctuation after a value', () => {
    expect(parse('“north wind” «grand vent»').phrases).toEqual(['north wind', 'grand vent']);
    expect(parse('Tag:recipes, soup').filters).toEqual([filter('tag', 'recipes')]);
    expect(parse('-"sea salt" fish').excluded).toEqual(['sea salt']);
  });

  it('may name days, months, years, spans and yesterday', () => {
    for (const date of ['2024', '2024-02', '2024-02-29', '2024/2/9', '2023..2024-06', 'today', 'yesterday']) {
      expect(parse(`storm date:${date}`).filters).toEqual([filter('date', date)]);
    }
  });

  it('keeps a date that is none as text and says so', () => {
    for (const date of ['soon', '2023-02-29', '2024-13', '2024..2020']) {
      const parsed = parse(`storm before:${date}`);
      expect(parsed.filters).toEqual([]);
      expect(parsed.text).toBe(`storm before:${date}`);
      expect(parsed.notes[0]).toContain(`before:${date}`);
    }
  });

  it('says when nothing is left to look for', () => {
    expect(parse('tag:recipe -soup').notes[0]).toContain('nothing to look for');
  });
});

describe('ordinary text', () => {
  it.each([
    'error: file not found',
    'What does file: mean?',
    'https://example.org/in:side?tag=x and http://a.b:80',
    'file:///etc/hosts is where?',
    String.raw`C:\path\to\file.txt`,
    'git commit -m --force, -40 °C and a well-known - dash',
    'ratio 3:1 at 10:30',
    String.raw`^foo.*(bar|baz)\d+$`,
    '5 * 3 ** 2 *bold* a*',
    'note: remember the milk; author:me',
    '12" pipe',
    '🦊',
    'ΔΣ 東京タワー кот',
  ])('stays as it is: %s', (text) => {
    expect(parse(text)).toEqual({ text, phrases: [], excluded: [], prefixes: [], filters: [], notes: [] });
  });

  it('with a quotation mark that is never closed is searched for with a note', () => {
    const parsed = parse('"long dark of the moon');
    expect(parsed.text).toBe('"long dark of the moon');
    expect(parsed.phrases).toEqual([]);
    expect(parsed.notes).toHaveLength(1);
  });
});

describe('any text at all', () => {
  it('is parsed without a throw, and no word of it gets lost', () => {
    const signs = fc.constantFrom(
      'file:',
      'tag:',
      'before:',
      '"',
      '“',
      '”',
      '-',
      '*',
      ':',
      ' ',
      '\n',
      '2024',
      'lamp',
      'été',
      '🦊',
    );
    const texts = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.array(signs, { maxLength: 40 }).map((parts) => parts.join('')),
    );
    fc.assert(
      fc.property(texts, (text) => {
        const { text: rest, phrases, excluded, prefixes, filters } = parse(text);
        const kept = [rest, ...phrases, ...excluded, ...prefixes, ...filters.map(({ value }) => value)].join(' ');
        const letters = (value: string): Set<string> => new Set(value.match(/[\p{L}\p{N}]/gu));
        // The names of filters are signs, not words.
        const names = letters('filepathtagtypeinbeforeafterdate');
        for (const letter of letters(text))
          if (!names.has(letter.toLowerCase())) expect(letters(kept)).toContain(letter);
      }),
      { seed: 7, numRuns: 200 },
    );
  });

  it('of 5,000 characters is parsed in no time', () => {
    for (const text of [
      '"'.repeat(5000),
      '„'.repeat(5000),
      '-'.repeat(5000),
      'file:'.repeat(1000),
      'a '.repeat(2500),
    ]) {
      const startedAt = performance.now();
      parse(text);
      expect(performance.now() - startedAt).toBeLessThan(250);
    }
  });
});
