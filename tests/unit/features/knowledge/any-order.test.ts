import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compactOnce } from '../../../../src/features/knowledge/compaction.ts';
import { MemoryStore } from '../../../../src/platform/storage/memory-store.ts';
import { vaultOver } from '../../../fixtures/library/crashing-store.ts';
import { openInProcess, type InProcessLibrary } from '../../../fixtures/library/in-process.ts';

const never = new AbortController().signal;
const WORDS = ['granite', 'heron', 'basalt', 'slate', 'marble', 'otter', 'willow', 'quartz'] as const;
const PATHS = Array.from({ length: 20 }, (_, i) => `note-${i}.md`);

type Step =
  | { readonly kind: 'take'; readonly paths: readonly string[]; readonly words: readonly string[] }
  | { readonly kind: 'delete'; readonly path: string }
  | { readonly kind: 'compact' }
  | { readonly kind: 'reopen' };

const steps: fc.Arbitrary<Step[]> = fc.array(
  fc.oneof(
    { weight: 4, arbitrary: take(fc.subarray(PATHS, { minLength: 1 })) },
    { weight: 2, arbitrary: take(fc.constant(PATHS)) },
    { weight: 3, arbitrary: fc.record({ kind: fc.constant('delete' as const), path: fc.constantFrom(...PATHS) }) },
    { weight: 3, arbitrary: fc.constant({ kind: 'compact' as const }) },
    { weight: 1, arbitrary: fc.constant({ kind: 'reopen' as const }) },
  ),
  { minLength: 3, maxLength: 9 },
);

function take(paths: fc.Arbitrary<string[]>): fc.Arbitrary<Step> {
  const words = fc.array(fc.constantFrom(...WORDS), { minLength: 1, maxLength: 5 });
  return fc.record({ kind: fc.constant('take' as const), paths, words });
}

function textOf(path: string, words: readonly string[]): string {
  const turn = Number(/\d+/.exec(path)?.[0] ?? 0) % words.length;
  const own = [...words.slice(turn), ...words.slice(0, turn + 1)];
  return `# A note\n\nIt speaks of ${own.join(' and of ')}, and of nothing else.\n`;
}

/** For each word, what is found by words and by meaning, with scores: all that can be seen of an index from outside. */
async function answersOf(lib: InProcessLibrary): Promise<Map<string, number>> {
  const answers = new Map<string, number>();
  for (const query of WORDS) {
    for (const mode of ['lexical', 'dense'] as const) {
      const queryVector = (await lib.meaning.embedQuery(query, { signal: never }))!;
      const modelKey = lib.library.space!.modelKey;
      const request = { query, queryVector, modelKey, k: 100, candidateCount: 100, diversity: 0, mode };
      const { hits } = await lib.searcher.search(request);
      const chunks = await lib.library.readChunks(hits.map((hit) => hit.chunkId));
      expect(chunks).toHaveLength(hits.length);
      for (const [at, chunk] of chunks.entries()) {
        const path = lib.library.state.documents.get(chunk.documentId)?.path ?? '';
        const score = mode === 'lexical' ? hits[at]?.lexicalScore : hits[at]?.denseScore;
        answers.set(`${mode} ${query} ${path} ${chunk.position}`, score ?? 0);
      }
    }
  }
  return answers;
}

describe('taking in, deleting, merging and opening again, in any order', () => {
  it('answers like a library that was made of what is left', async () => {
    await fc.assert(
      fc.asyncProperty(steps, async (run) => {
        const disk = new MemoryStore();
        let lib = await openInProcess({ vault: await vaultOver(disk) });
        const texts = new Map<string, string>();
        for (const step of run) {
          switch (step.kind) {
            case 'take': {
              const files = Object.fromEntries(step.paths.map((path) => [path, textOf(path, step.words)]));
              await lib.take(files);
              await lib.meaning.settled();
              for (const [path, text] of Object.entries(files)) texts.set(path, text);
              break;
            }
            case 'delete': {
              const document = lib.library.state.documentAtPath(step.path);
              if (document) await lib.library.remove(document.documentId);
              texts.delete(step.path);
              break;
            }
            case 'compact':
              while (await compactOnce(lib.library, lib.searcher, { signal: never }));
              break;
            case 'reopen':
              lib = await openInProcess({ vault: await vaultOver(disk) });
              await lib.library.whenExact();
          }
        }
        await lib.library.whenExact();
        const rebuilt = await openInProcess();
        await rebuilt.take(Object.fromEntries(texts));
        await rebuilt.meaning.settled();
        const [lived, fresh] = [await answersOf(lib), await answersOf(rebuilt)];
        expect([...lived.keys()].sort()).toEqual([...fresh.keys()].sort());
        // Vectors that were copied have been rounded once more.
        for (const [key, score] of lived) expect(Math.abs(score - (fresh.get(key) ?? 0))).toBeLessThan(0.01);
        expect(lib.library.state.liveChunkCount).toBe(rebuilt.library.state.liveChunkCount);
      }),
      { numRuns: 12, seed: 20261121 },
    );
  }, 120_000);
});
