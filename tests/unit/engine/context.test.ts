import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Chunk } from '../../../src/domain/chunk.ts';
import {
  idFromBytes,
  type ChunkId,
  type ContentIdentity,
  type DocumentId,
  type VersionId,
} from '../../../src/domain/ids.ts';
import { packContext, type ContextLookup } from '../../../src/engine/context.ts';

type TestId = ChunkId | ContentIdentity | DocumentId | VersionId;

function numberedId<Id extends TestId>(number: number): Id {
  const bytes = new Uint8Array(16);
  new DataView(bytes.buffer).setUint32(12, number);
  return idFromBytes<Id>(bytes);
}

const OVERLAP = 20;

/** Versions of ten chunks each, cut from one text with `OVERLAP` code units in common between neighbours. */
function libraryOf(versionCount: number, tokenCount = 10): { chunks: Chunk[]; texts: string[]; lookup: ContextLookup } {
  const texts: string[] = [];
  const chunks: Chunk[] = [];
  for (let version = 0; version < versionCount; version++) {
    const text = Array.from({ length: 100 }, (_, i) => `v${version}w${i}`).join(' ');
    texts.push(text);
    const step = Math.ceil(text.length / 10);
    for (let position = 0; position < 10; position++) {
      const range = {
        start: Math.max(0, position * step - OVERLAP),
        end: Math.min(text.length, (position + 1) * step),
      };
      const part = text.slice(range.start, range.end);
      chunks.push({
        chunkId: numberedId(version * 10 + position),
        documentId: numberedId(500 + version),
        versionId: numberedId(600 + version),
        position,
        identity: numberedId(1000 + version * 10 + position),
        text: part,
        headingPath: [`Part ${version}`],
        locator: { kind: 'text', range },
        quote: { exact: part.slice(0, 10), prefix: '', suffix: '' },
        tokenCount,
      });
    }
  }
  const lookup: ContextLookup = {
    chunkOf: (chunkId) => chunks.find((chunk) => chunk.chunkId === chunkId),
    chunkAt: (versionId, position) =>
      chunks.find((chunk) => chunk.versionId === versionId && chunk.position === position),
    sourceOf: ({ documentId }) => ({ title: `Title ${documentId.slice(-2)}`, path: 'a/b.md' }),
  };
  return { chunks, texts, lookup };
}

const hitsOf = (...numbers: number[]): { chunkId: ChunkId }[] =>
  numbers.map((number) => ({ chunkId: numberedId(number) }));

describe('packContext', () => {
  it('surrounds a hit with its neighbours and says shared text once', () => {
    const { chunks, texts, lookup } = libraryOf(1);
    const [passage, ...others] = packContext(hitsOf(4), lookup, { budgetTokens: 1000, neighbourCount: 1 });
    expect(others).toEqual([]);
    const start = chunks[3]?.locator.range.start;
    const end = chunks[5]?.locator.range.end;
    expect(passage?.text).toBe(texts[0]?.slice(start, end));
    expect(passage?.citation.chunkId).toBe(numberedId(4));
    expect(passage?.citation.title).toBe('Title f4');
    expect(passage?.tokenCount).toBe(30);
  });

  it('joins hits that touch into one passage, cited and ranked by the better one', () => {
    const { lookup } = libraryOf(2);
    const passages = packContext(hitsOf(15, 3, 5), lookup, { budgetTokens: 1000, neighbourCount: 1 });
    expect(passages.map(({ citation }) => citation.chunkId)).toEqual([numberedId(15), numberedId(3)]);
    expect(passages.map(({ tokenCount }) => tokenCount)).toEqual([30, 50]);
    expect(passages.map(({ marker, citation }) => [marker, citation.marker])).toEqual([
      [1, 1],
      [2, 2],
    ]);
  });

  it('gives the budget to hits before neighbours, and to better hits first', () => {
    const { lookup } = libraryOf(3);
    const passages = packContext(hitsOf(5, 15, 25), lookup, { budgetTokens: 45, neighbourCount: 2 });
    expect(passages.map(({ tokenCount }) => tokenCount)).toEqual([20, 10, 10]);
    expect(packContext(hitsOf(5, 15, 25), lookup, { budgetTokens: 20, neighbourCount: 2 })).toHaveLength(2);
  });

  it('cuts the best hit to fit rather than giving nothing', () => {
    const { lookup } = libraryOf(1, 1000);
    const [passage] = packContext(hitsOf(2, 3), lookup, { budgetTokens: 500, neighbourCount: 1 });
    expect(passage?.tokenCount).toBe(500);
    expect(passage?.text.length).toBeGreaterThan(10);
    expect(packContext(hitsOf(2), lookup, { budgetTokens: 0, neighbourCount: 1 })).toEqual([]);
  });

  it('leaves out chunks that are gone and content already there', () => {
    const { chunks, lookup } = libraryOf(2);
    const twin = {
      ...lookup,
      chunkOf: (id: ChunkId) =>
        id === numberedId(11) ? { ...chunks[11]!, identity: chunks[1]!.identity } : lookup.chunkOf(id),
    };
    expect(packContext(hitsOf(1, 11, 99), twin, { budgetTokens: 1000, neighbourCount: 0 })).toHaveLength(1);
  });

  it('never exceeds the budget, repeats a chunk, or leaves gaps in its markers', () => {
    const { lookup, chunks } = libraryOf(3, 7);
    fc.assert(
      fc.property(
        fc.uniqueArray(fc.nat(32), { maxLength: 10 }),
        fc.nat(200),
        fc.nat(3),
        (numbers, budgetTokens, neighbourCount) => {
          const passages = packContext(hitsOf(...numbers), lookup, { budgetTokens, neighbourCount });
          expect(passages.reduce((sum, { tokenCount }) => sum + tokenCount, 0)).toBeLessThanOrEqual(budgetTokens);
          expect(passages.map(({ marker }) => marker)).toEqual(passages.map((_, index) => index + 1));
          const ranks = passages.map(({ citation }) => numbers.indexOf(Number.parseInt(citation.chunkId, 16)));
          expect(ranks).toEqual(ranks.toSorted((a, b) => a - b));
          if (budgetTokens < 7) return;
          for (const { text } of passages) {
            const tokens = text.split(' ').slice(1, -1);
            expect(new Set(tokens).size).toBe(tokens.length);
          }
          expect(chunks).toHaveLength(30);
        },
      ),
      { seed: 4, numRuns: 200 },
    );
  });
});
