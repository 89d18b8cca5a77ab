import { describe, expect, it } from 'vitest';
import { decodeText } from '../../../../workers/extract/decode-text.ts';

const SENTENCE = 'Der Fluß über dem Tal – größer als je zuvor, sagte Käthe.';

function utf16(text: string, littleEndian: boolean, mark: boolean): Uint8Array {
  const codes = [...((mark ? '\uFEFF' : '') + text)].map((letter) => letter.charCodeAt(0));
  return Uint8Array.from(codes.flatMap((code) => (littleEndian ? [code & 255, code >> 8] : [code >> 8, code & 255])));
}

describe('decoding text', () => {
  it('takes UTF-8 as it is, with or without a mark, and ends lines with a line feed', () => {
    expect(decodeText(new TextEncoder().encode(`\uFEFF${SENTENCE}\r\nb\rc`))).toEqual({
      text: `${SENTENCE}\nb\nc`,
      encoding: 'utf-8',
      warnings: [],
    });
  });

  it.each([
    ['utf-16le', true, true],
    ['utf-16be', false, true],
    ['utf-16le', true, false],
    ['utf-16be', false, false],
  ])('reads %s (little endian: %s, marked: %s)', (encoding, littleEndian, mark) => {
    expect(decodeText(utf16(SENTENCE, littleEndian, mark))).toMatchObject({ text: SENTENCE, encoding });
  });

  it('reads Western European text of old programs', () => {
    const bytes = Uint8Array.from('Caf\xe9 au lait, cr\xe8me br\xfbl\xe9e \x96 d\xe9j\xe0 vu', (letter) =>
      letter.charCodeAt(0),
    );
    expect(decodeText(bytes)).toMatchObject({
      text: 'Café au lait, crème brûlée – déjà vu',
      encoding: 'windows-1252',
      warnings: [],
    });
  });

  it('guesses Cyrillic and Japanese encodings from longer text', () => {
    const cyrillic =
      'Все счастливые семьи похожи друг на друга, каждая несчастливая семья несчастлива по-своему. Все смешалось в доме Облонских.';
    const bytes = Uint8Array.from(cyrillic, (letter) => {
      const code = letter.charCodeAt(0);
      return code >= 0x410 && code <= 0x44f ? code - 0x410 + 0xc0 : code;
    });
    expect(decodeText(bytes)).toMatchObject({ text: cyrillic, encoding: 'windows-1251' });
  });

  it('keeps broken UTF-8 as UTF-8, marks the places and says so', () => {
    const good = new TextEncoder().encode(SENTENCE.repeat(4));
    const bytes = Uint8Array.from([...good.subarray(0, 40), 0xc3, 0x28, ...good.subarray(40)]);
    const { text, encoding, warnings } = decodeText(bytes);
    expect(encoding).toBe('utf-8');
    expect(text).toContain('\uFFFD(');
    expect(text).toContain('größer');
    expect(warnings.map((warning) => warning.code)).toEqual(['decoded-with-replacements']);
  });
});
