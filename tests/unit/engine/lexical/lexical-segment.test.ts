import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { InvalidInputError } from '../../../../src/domain/errors.ts';
import { buildLexicalSegment } from '../../../../src/engine/lexical/build-lexical-segment.ts';
import type { FoundList } from '../../../../src/engine/lexical/dictionary-reader.ts';
import { WantedStem } from '../../../../src/engine/lexical/find-stem.ts';
import { decodeLexicalSegment, encodeLexicalSegment } from '../../../../src/engine/lexical/lexical-segment.ts';
import { mergeLexicalSegments } from '../../../../src/engine/lexical/merge-lexical-segments.ts';
import { PostingCursor } from '../../../../src/engine/lexical/postings.ts';
import { sketchSimilarity, SKETCH_BYTES } from '../../../../src/engine/lexical/sketch.ts';
import { termsOf } from '../../../../src/engine/lexical/tokenize.ts';
import { searchIn } from './lexical-fixtures.ts';

const chunkArbitrary = fc.record({
  body: fc.string({ unit: 'binary', maxLength: 80 }),
  title: fc.string({ maxLength: 20 }),
  headings: fc.string({ maxLength: 20 }),
  fileName: fc.string({ maxLength: 12 }),
});

describe('lexical segments', () => {
  it('come back from their bytes as they were, with every term of every chunk', () => {
    fc.assert(
      fc.property(fc.array(chunkArbitrary, { maxLength: 12 }), (chunks) => {
        const built = buildLexicalSegment(chunks);
        const decoded = decodeLexicalSegment(encodeLexicalSegment(built));
        expect(decoded).toEqual(built);
        chunks.forEach((chunk, ordinal) => {
          for (const term of termsOf(chunk.body)) {
            const lists: FoundList[] = [];
            new WantedStem(term).find(decoded, lists);
            const holds = lists.some((list) => {
              const cursor = new PostingCursor(decoded, list);
              cursor.seek(ordinal);
              return cursor.ordinal === ordinal;
            });
            expect(holds).toBe(true);
          }
        });
      }),
      { seed: 11, numRuns: 150 },
    );
  });

  it('are read from bytes that do not start on a word boundary', () => {
    const bytes = encodeLexicalSegment(buildLexicalSegment([{ body: 'cat', title: '', headings: '', fileName: '' }]));
    const shifted = new Uint8Array(bytes.length + 1);
    shifted.set(bytes, 1);
    expect(decodeLexicalSegment(shifted.subarray(1)).termCount).toBe(1);
  });

  it('are refused when one bit differs, or the end is missing, or they are something else', () => {
    const bytes = encodeLexicalSegment(
      buildLexicalSegment([
        { body: 'the lamp was lit at dusk', title: 'Log', headings: 'May', fileName: 'log.md' },
        { body: 'the keeper slept', title: '', headings: '', fileName: '' },
      ]),
    );
    for (let bit = 0; bit < bytes.length * 8; bit++) {
      const damaged = bytes.slice();
      damaged[bit >> 3] = (damaged[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      expect(() => decodeLexicalSegment(damaged)).toThrow(InvalidInputError);
    }
    for (const end of [0, 3, 4, 20, bytes.length - 4, bytes.length - 1]) {
      expect(() => decodeLexicalSegment(bytes.slice(0, end))).toThrow(InvalidInputError);
    }
    expect(() => decodeLexicalSegment(new TextEncoder().encode('not a segment at all'))).toThrow(InvalidInputError);
  });

  it('refuses tables that do not fit each other even under a right checksum', () => {
    const built = buildLexicalSegment([
      { body: 'ant bee', title: '', headings: '', fileName: '' },
      { body: 'ant bee', title: '', headings: '', fileName: '' },
    ]);
    const short = { ...built, postings: built.postings.slice(1) };
    const beyond = { ...built, blockTerms: built.blockTerms.map((start) => start + 1) };
    const fewer = { ...built, chunkCount: 1 };
    for (const broken of [short, beyond, fewer]) {
      expect(() => decodeLexicalSegment(encodeLexicalSegment(broken))).toThrow(InvalidInputError);
    }
  });

  it('are read without harm whatever their lists hold', () => {
    const built = buildLexicalSegment([
      { body: 'the lamp was lit at dusk and the lamps went out', title: 'Log', headings: 'May', fileName: 'log.md' },
      { body: 'the keeper slept', title: '', headings: '', fileName: '' },
    ]);
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 1, maxLength: 40 }), fc.nat(200), fc.boolean(), (noise, offset, which) => {
        const damaged = { ...built, postings: built.postings.slice(), dictionary: built.dictionary.slice() };
        const target = which ? damaged.postings : damaged.dictionary;
        noise.forEach((byte, i) => (target[(offset + i) % target.length] = byte));
        const found = searchIn([{ segment: damaged }], 'lamp keeper the lmap', 10);
        expect(found.every(([key]) => key >= 0 && key < 2)).toBe(true);
      }),
      { seed: 13, numRuns: 300 },
    );
  });

  it('are the same merged as built anew, whatever was deleted', () => {
    fc.assert(
      fc.property(
        fc.array(fc.array(chunkArbitrary, { maxLength: 5 }), { maxLength: 4 }),
        fc.infiniteStream(fc.boolean()),
        (groups, coin) => {
          const masks = groups.map((group) => Uint8Array.from(group, () => (coin.next().value === true ? 1 : 0)));
          const merged = mergeLexicalSegments(groups.map(buildLexicalSegment), masks);
          const left = groups.flatMap((group, index) => group.filter((_, i) => masks[index]?.[i] === 1));
          const rebuilt = buildLexicalSegment(left);
          expect({ ...merged, languageMask: 0 }).toEqual({ ...rebuilt, languageMask: 0 });
          const kept = mergeLexicalSegments(groups.map(buildLexicalSegment));
          expect(encodeLexicalSegment(kept)).toEqual(encodeLexicalSegment(buildLexicalSegment(groups.flat())));
        },
      ),
      { seed: 12, numRuns: 150 },
    );
  });

  it('hold sketches by which likeness can be told', () => {
    const words = Array.from({ length: 200 }, (_, i) => `word${i}x`);
    const bodies = [words.slice(0, 100), words.slice(0, 95).concat(words.slice(190, 195)), words.slice(100)];
    const { sketches } = buildLexicalSegment(
      bodies.map((body) => ({ body: body.join(' '), title: '', headings: '', fileName: '' })),
    );
    const like = (a: number, b: number): number =>
      sketchSimilarity(sketches, a * SKETCH_BYTES, sketches, b * SKETCH_BYTES);
    expect(like(0, 0)).toBe(1);
    expect(like(0, 1)).toBeGreaterThan(0.75);
    expect(like(0, 2)).toBeLessThan(0.15);
  });
});
