import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { splitSentences } from '../../../../src/engine/chunking/sentences.ts';

function sentencesOf(text: string): string[] {
  return splitSentences(text).map(({ start, end }) => text.slice(start, end));
}

describe('splitting into sentences', () => {
  it.each([
    ['It rained. We left!  Did you?', ['It rained.', 'We left!', 'Did you?']],
    [
      'Dr. Smith met J. R. R. Tolkien at 3 p.m. in St. Ives.',
      ['Dr. Smith met J. R. R. Tolkien at 3 p.m. in St. Ives.'],
    ],
    ['See e.g. Figure 2. It shows (cf. Sec. 3) the rest.', ['See e.g. Figure 2.', 'It shows (cf. Sec. 3) the rest.']],
    [
      'It cost $3.50. Pi is 3.14159. Visit example.com today.',
      ['It cost $3.50.', 'Pi is 3.14159.', 'Visit example.com today.'],
    ],
    ['“Go,” she said. “Now!” He went.', ['“Go,” she said.', '“Now!”', 'He went.']],
    ['“Why?” he asked. Nobody knew…', ['“Why?” he asked.', 'Nobody knew…']],
    ['1. Install it. 2. Start it.', ['1. Install it.', '2. Start it.']],
    [
      'Das gilt z.B. für Äpfel bzw. Birnen. Am 3. Mai gilt es nicht.',
      ['Das gilt z.B. für Äpfel bzw. Birnen.', 'Am 3. Mai gilt es nicht.'],
    ],
    ['今天下雨。我们走吧！好吗？', ['今天下雨。', '我们走吧！', '好吗？']],
    ['यह पहला है। यह दूसरा है।', ['यह पहला है।', 'यह दूसरा है।']],
    [
      'A line\nthat goes on.\n\nA heading without a stop\n\nNext.',
      ['A line\nthat goes on.', 'A heading without a stop', 'Next.'],
    ],
    ['', []],
    ['  \n ', []],
  ])('%j', (text, sentences) => {
    expect(sentencesOf(text)).toEqual(sentences);
  });

  it('covers every visible character once, in order, whatever the text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 300 }), (text) => {
        let at = 0;
        for (const { start, end } of splitSentences(text)) {
          expect(text.slice(at, start).trim()).toBe('');
          expect(end).toBeGreaterThan(start);
          at = end;
        }
        expect(text.slice(at).trim()).toBe('');
      }),
      { seed: 7, numRuns: 500 },
    );
  });

  it('takes time in proportion to the text, also where it is all stops, quotes or spaces', () => {
    const started = performance.now();
    for (const piece of ['.', '. ', '."', '. \n', 'A.', ' ', '1. ', 'no. ', '…']) splitSentences(piece.repeat(300_000));
    expect(performance.now() - started).toBeLessThan(5_000);
  });
});
