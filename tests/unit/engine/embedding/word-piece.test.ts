import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { PreTrainedTokenizer } from '@huggingface/transformers';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { InvalidInputError } from '../../../../src/domain/errors.ts';
import { WordPiece } from '../../../../src/engine/embedding/word-piece.ts';
import { buildVocabulary, TOKENIZER_CONFIG, tokenizerJson } from '../../../fixtures/tiny-model/word-pieces.ts';

const MODEL = join(import.meta.dirname, '../../../../public/models/commonplace/static-en-512/tokenizer.json');

const ODD_TEXTS = [
  '',
  ' ',
  'The quick brown fox jumps over the lazy dog.',
  "Don't re-use state-of-the-art e-mails, O'Brien's C++ (v2.0.1) costs $3.50 = 50%!",
  'Café Zürich naïve résumé ÅNGSTRÖM Ærøskøbing Łódź İstanbul ß ẞ ﬁ ﬀ',
  'e\u0301a\u0308 \u0301 a\u0338b =\u0338 x',
  'ΟΔΥΣΣΕΥΣ Σ ΑΣ.Β ΑΣ. ΣΑΣ\u0000Α ὈΔΥΣΣΕΎΣ; ΆΣ\u037e',
  '我爱北京天安门 mixed中文words 日本語のテキスト カタカナ 한국어 텍스트 﨑 豈',
  '𠀀𠀁 𝒳𝓎 𝟙𝟚 👩‍👩‍👧‍👦 🏳️‍🌈 👍🏽 text😀text',
  'a\u0000b c\u0007d\u000be\u000cf\u001fg\u007fh\u0085i\u00adj\u200bk\u200dl\ufeffm\ufffdn\ue000o',
  'tab\tnew\nline\r\nnbsp\u00a0thin\u2009ideo\u3000line\u2028par\u2029end\u1680',
  '\ud800 lone \udc00 surrogate\ud83d x',
  '“Quoted” ‘single’ — dash – en … ellipsis • bullet ™ © ° № ½ ² ₂ €5 £3 ¥4 §7 «g» ¿que? ¡no!',
  '[CLS] [SEP]x[MASK] [UNK][PAD] [sep] [SEP é[SEP]Σ foo[SEP]bar [[CLS]] [C\u0000LS]',
  'a'.repeat(5000),
  'é'.repeat(5000),
  `${'ab'.repeat(50)} ${'ab'.repeat(50)}c ${'𝒳'.repeat(100)} ${'𝒳'.repeat(101)}`,
  'x.'.repeat(3000),
  'สวัสดีชาวโลก नमस्ते दुनिया مرحبا بالعالم שלום עולם Привет, мир! Ёлка й',
  'http://example.com/a_b?c=d&e=f#g user@host.example ERR_CONN_REFUSED 0xDEADBEEF 1,234,567.89',
  'constructor __proto__ toString hasOwnProperty valueOf',
  '\u2126 \u212b \u1fef \u2000x \u0344 \u0958 \ufb1d \ufdfa \u3300',
];

interface Both {
  readonly ours: WordPiece;
  readonly theirs: PreTrainedTokenizer;
}

function both(json: object): Both {
  return { ours: WordPiece.read(json), theirs: new PreTrainedTokenizer(json, TOKENIZER_CONFIG) };
}

function expectSame({ ours, theirs }: Both, text: string): void {
  const expected = theirs.encode(text, { add_special_tokens: false });
  expect([...ours.encode(text)]).toEqual(expected);
  expect(ours.words(text).flatMap(({ ids }) => ids)).toEqual(expected);
}

describe('word pieces of a small vocabulary', () => {
  const small = both(tokenizerJson(buildVocabulary('the quick brown fox 北 京 é text costs')));

  it('are those of transformers.js on odd texts', () => {
    for (const text of ODD_TEXTS) expectSame(small, text);
    // Again, with every word kept from the first time.
    for (const text of ODD_TEXTS) expectSame(small, text);
  });

  it('are those of transformers.js on any text', () => {
    const piece = fc.oneof(
      fc.string({ unit: 'grapheme' }),
      fc.string({ unit: 'binary' }),
      fc.constantFrom(...ODD_TEXTS.filter(({ length }) => length < 200)),
      fc.constantFrom(' ', '.', 'Σ', '\u0301', '[SEP]', '\u0000', 'The'),
    );
    const text = fc.array(piece, { maxLength: 6 }).map((pieces) => pieces.join(''));
    fc.assert(
      fc.property(text, (sample) => expectSame(small, sample)),
      { seed: 7, numRuns: 500 },
    );
  });

  it('stop at the room given, with the first ones', () => {
    const text = 'The quick “brown” fox, é and the rest of it.';
    const all = small.ours.encode(text);
    for (let room = 0; room <= all.length; room++) {
      const target = new Int32Array(room);
      expect(small.ours.encodeInto(text, target)).toBe(room);
      expect([...target]).toEqual([...all.slice(0, room)]);
    }
  });

  it('stay right when more words are met than are kept', () => {
    const fresh = WordPiece.read(tokenizerJson(buildVocabulary('the quick')));
    const words = Array.from({ length: 40_000 }, (_, i) => `w${i.toString(36)}`);
    const before = words.slice(0, 100).map((word) => [...fresh.encode(word)]);
    for (const word of words) fresh.encode(word);
    expect(words.slice(0, 100).map((word) => [...fresh.encode(word)])).toEqual(before);
  });

  it('take time in proportion to the length of the text', () => {
    // Were it quadratic, a text of 2 MB without a space would take minutes.
    expect(small.ours.count('é.'.repeat(500_000))).toBe(1_000_000);
    expect(small.ours.count('[SE'.repeat(300_000))).toBeGreaterThan(300_000);
  });
});

describe.skipIf(!existsSync(MODEL))('word pieces of the shipped model', () => {
  it('are those of transformers.js on odd texts', () => {
    const json: unknown = JSON.parse(readFileSync(MODEL, 'utf8'));
    if (typeof json !== 'object' || json === null) throw new Error('The tokenizer is damaged.');
    const shipped = both(json);
    for (const text of ODD_TEXTS) expectSame(shipped, text);
  });
});

describe('a tokenizer file', () => {
  const good = tokenizerJson(buildVocabulary('one two'));
  const changed = (change: (copy: Record<string, Record<string, unknown>>) => void): unknown => {
    const copy: unknown = structuredClone(good);
    change(copy as Record<string, Record<string, unknown>>);
    return copy;
  };

  it.each([
    ['nothing', undefined],
    ['a list', []],
    ['no model', changed((file) => delete file['model'])],
    ['another kind of model', changed((file) => (file['model']!['type'] = 'BPE'))],
    ['letter case that counts', changed((file) => (file['normalizer']!['lowercase'] = false))],
    ['another way to split', changed((file) => (file['pre_tokenizer']!['type'] = 'Whitespace'))],
    ['an id that is not a number', changed((file) => (file['model']!['vocab'] = { '[UNK]': 0, a: '1' }))],
    ['an id beyond any model', changed((file) => (file['model']!['vocab'] = { '[UNK]': 0, a: 1e9 }))],
    ['no token for unknown words', changed((file) => (file['model']!['vocab'] = { a: 0 }))],
  ])('with %s is refused', (_, json) => {
    expect(() => WordPiece.read(json)).toThrow(InvalidInputError);
  });
});
