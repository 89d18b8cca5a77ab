import { describe, expect, it } from 'vitest';
import type { Passage } from '../../../src/domain/citation.ts';
import { idFromBytes } from '../../../src/domain/ids.ts';
import { extractAnswer } from '../../../src/engine/extractive.ts';
import { queryTermsOf } from '../../../src/engine/lexical/query-terms.ts';
import { candidateSentences } from '../../../src/engine/sentence-candidates.ts';

function passageOf(marker: number, text: string, headingPath: readonly string[] = []): Passage {
  const id = new Uint8Array(16).fill(marker);
  return {
    marker,
    citation: {
      marker,
      chunkId: idFromBytes(id),
      documentId: idFromBytes(id),
      versionId: idFromBytes(id),
      title: '',
      path: 'log.md',
      locator: { kind: 'text', range: { start: 0, end: text.length } },
      quote: { exact: text.slice(0, 32), prefix: '', suffix: '' },
    },
    headingPath,
    text,
    tokenCount: Math.ceil(text.length / 4),
  };
}

/** All terms equally rare, but for those the library lacks. */
function termsFor(question: string, missing: readonly string[] = []): { term: string; idf: number }[] {
  return queryTermsOf(question).map(({ term }) => ({ term, idf: missing.includes(term) ? 0 : 3 }));
}

const lamp = passageOf(
  1,
  [
    'The Lamp',
    'The lighthouse was built in 1871 by the harbour board. Its first lamp burned colza oil. In 1902 the lamp was converted to paraffin vapour, which tripled its brightness.',
    'Year | Fuel | Keeper\n1871 | colza oil lamp | Brandt\n1902 | paraffin lamp | Moen',
    'const lamp = { fuel: "oil" }; return lamp.fuel();',
    '© 1990 Lamp Society. All rights reserved.',
  ].join('\n\n'),
  ['Lighthouse', 'The Lamp'],
);
const keeper = passageOf(
  2,
  'When was the lamp converted to paraffin? Keepers worked in pairs. In 1902 the lamp was converted to paraffin vapour, which tripled the brightness. Each keeper trimmed the lamp at dusk and at midnight.',
);

describe('extractAnswer', () => {
  const question = 'When was the lamp converted to paraffin?';

  it('quotes the sentence that answers, exactly as it stands in its passage', () => {
    const { sentences, isSupported } = extractAnswer(question, [lamp, keeper], termsFor(question));
    expect(isSupported).toBe(true);
    expect(sentences.some(({ text }) => text.startsWith('In 1902 the lamp was converted'))).toBe(true);
    for (const { marker, text, range } of sentences) {
      const source = marker === 1 ? lamp : keeper;
      expect(source.text.slice(range.start, range.end)).toBe(text);
    }
  });

  it('says the same thing only once, by passage and then by place', () => {
    const { sentences } = extractAnswer(question, [lamp, keeper], termsFor(question));
    expect(sentences.filter(({ text }) => text.includes('converted to paraffin vapour'))).toHaveLength(1);
    const places = sentences.map(({ marker, range }) => marker * 10_000 + range.start);
    expect(places).toEqual(places.toSorted((a, b) => a - b));
    expect(sentences.length).toBeGreaterThanOrEqual(1);
    expect(sentences.length).toBeLessThanOrEqual(6);
  });

  it('keeps headings, tables, code and page furniture out', () => {
    const texts = candidateSentences([lamp]).map(({ text }) => text);
    expect(texts).toHaveLength(3);
    for (const text of texts) expect(text).not.toMatch(/\||const|rights reserved|^The Lamp$/);
  });

  it('is the same every time', () => {
    const once = extractAnswer(question, [lamp, keeper], termsFor(question));
    expect(extractAnswer(question, [lamp, keeper], termsFor(question))).toEqual(once);
  });

  it('follows meaning where similarities are known, even without a word in common', () => {
    const asked = 'How powerful did illumination become?';
    const candidates = candidateSentences([lamp, keeper]);
    const sentenceSimilarities = candidates.map(({ text }) => (text.includes('dusk') ? 0.9 : 0.1));
    const options = { sentenceSimilarities, bestCosine: 0.9, relevanceFloor: 0.3, maxSentences: 1 };
    const { sentences, isSupported } = extractAnswer(asked, [lamp, keeper], termsFor(asked), options);
    expect(sentences[0]?.text).toContain('dusk');
    expect(isSupported).toBe(true);
  });

  it('says so when the library has nothing on the question', () => {
    const asked = 'What is the boiling point of tungsten?';
    const terms = termsFor(asked, ['boil', 'tungsten', 'point']);
    expect(extractAnswer(asked, [lamp, keeper], terms).isSupported).toBe(false);
    expect(extractAnswer(asked, [], terms)).toEqual({ sentences: [], isSupported: false });
    const partly = 'Which lamp does the Helsinki observatory use?';
    const missing = queryTermsOf(partly)
      .map(({ term }) => term)
      .filter((term) => term !== 'lamp');
    expect(extractAnswer(partly, [lamp], termsFor(partly, missing)).isSupported).toBe(false);
  });

  it('asks more of words where meaning says unrelated, and less where it says related', () => {
    const asked = 'lamp paraffin committee minutes';
    const terms = termsFor(asked, ['committe', 'minut']);
    const supported = (bestCosine?: number): boolean =>
      extractAnswer(asked, [lamp], terms, bestCosine === undefined ? {} : { bestCosine, relevanceFloor: 0.3 })
        .isSupported;
    expect(supported()).toBe(true);
    expect(supported(0.1)).toBe(false);
    expect(supported(0.6)).toBe(true);
  });

  it('quotes Chinese sentences', () => {
    const passage = passageOf(1, '灯塔建于1871年。最初的灯使用菜籽油。1902年改用煤油蒸汽，亮度提高了三倍。');
    const asked = '灯塔建于哪一年？';
    const { sentences } = extractAnswer(asked, [passage], termsFor(asked));
    expect(sentences[0]?.text).toBe('灯塔建于1871年。');
  });
});
