import { describe, expect, it } from 'vitest';
import { buildLexicalSegment } from '../../../../src/engine/lexical/build-lexical-segment.ts';
import { holdsPhrase, restrictedMask } from '../../../../src/engine/lexical/phrase.ts';
import { parseLexicalQuery, type QuestionParts } from '../../../../src/engine/lexical/query-terms.ts';
import { chunkOf, sourcesOf } from './lexical-fixtures.ts';

const bodies = [
  'The lamp was lit at dusk.',
  'Lamps were lit; dusk fell.',
  'A letter about the lamp',
  'Ошибка 0x80070005 und Straße',
  '黑豹队赢了比赛',
];

function maskFor(parts: Omit<QuestionParts, 'text'>, acceptMask?: Uint8Array): number[] | undefined {
  const segment = buildLexicalSegment(bodies.map((body) => chunkOf(body, 'Log')));
  const [source] = sourcesOf([{ segment, ...(acceptMask && { acceptMask }) }]);
  if (source === undefined) throw new Error('no source');
  const mask = restrictedMask(source, parseLexicalQuery({ text: '', ...parts }));
  return mask && [...mask];
}

describe('the mask of a question', () => {
  it('lets through what holds every word of a phrase as it was typed', () => {
    expect(maskFor({ phrases: ['lamp was'] })).toEqual([1, 0, 0, 0, 0]);
    expect(maskFor({ phrases: ['LAMP'] })).toEqual([1, 0, 1, 0, 0]);
    expect(maskFor({ phrases: ['log'] })).toEqual([1, 1, 1, 1, 1]);
    expect(maskFor({ phrases: ['0x80070005'] })).toEqual([0, 0, 0, 1, 0]);
    expect(maskFor({ phrases: ['黑豹'] })).toEqual([0, 0, 0, 0, 1]);
    expect(maskFor({ phrases: ['lamp', 'letter'] })).toEqual([0, 0, 1, 0, 0]);
    expect(maskFor({ phrases: ['nowhere'] })).toEqual([0, 0, 0, 0, 0]);
  });

  it('leaves out what holds an excluded word, but not its other forms', () => {
    expect(maskFor({ excluded: ['lamp'] })).toEqual([0, 1, 0, 1, 1]);
    expect(maskFor({ excluded: ['strasse'] })).toEqual([1, 1, 1, 0, 1]);
    expect(maskFor({ phrases: ['lamp'], excluded: ['letter'] })).toEqual([1, 0, 0, 0, 0]);
  });

  it('only ever narrows what was accepted, and leaves the given mask alone', () => {
    const accept = Uint8Array.of(0, 1, 1, 1, 1);
    expect(maskFor({ phrases: ['lamp'] }, accept)).toEqual([0, 0, 1, 0, 0]);
    expect([...accept]).toEqual([0, 1, 1, 1, 1]);
    expect(maskFor({})).toBeUndefined();
  });
});

describe('a phrase', () => {
  it.each([
    ['The lamp was lit at dusk.', 'lamp was lit', true],
    ['The LAMP — was lit', 'lamp was', true],
    ['lit was the lamp', 'the lamp was', false],
    ['lamps were lit', 'lamp', false],
    ['lamp lamp was', 'lamp was', true],
    ['see src/engine/lexical.ts there', 'engine lexical', true],
    ['see src/engine/lexical.ts there', 'src/engine/lexical.ts', true],
    ['他说黑豹队赢了', '豹队赢', true],
    ['他说黑豹队赢了', '黑队', false],
    ['Straße am Café', 'strasse am cafe', true],
    ['anything', '', true],
  ])('in “%s”: “%s” is %s', (text, phrase, expected) => {
    expect(holdsPhrase(text, phrase)).toBe(expected);
  });
});
