import { describe, expect, it } from 'vitest';
import { compactOnce } from '../../../../src/features/knowledge/compaction.ts';
import { MemoryStore } from '../../../../src/platform/storage/memory-store.ts';
import type { RecordStore } from '../../../../src/platform/storage/record-store.ts';
import { ALL_STORES, openChecked, says, type Expected } from '../../../fixtures/library/check-library.ts';
import { copyOf, CrashingStore, vaultOver } from '../../../fixtures/library/crashing-store.ts';
import { toFormatOne } from '../../../fixtures/library/format-one.ts';
import { openInProcess, type InProcessLibrary } from '../../../fixtures/library/in-process.ts';

const never = new AbortController().signal;
const note = (word: string): string =>
  `# About ${word}\n\nThis note is about ${word} and says so, ${word} being its matter.\n`;

/** Runs `change` on copies of `before`, killed at each of its commits in turn; what is left is the old library or the new. */
async function killAtEveryCommit(
  before: RecordStore,
  change: (lib: InProcessLibrary) => Promise<unknown>,
  outcomes: readonly Expected[],
): Promise<number> {
  const undisturbed = new CrashingStore(await copyOf(before, ALL_STORES));
  await change(await openInProcess({ vault: await vaultOver(undisturbed) }));
  const { commitCount } = undisturbed;
  for (let dyingAt = 0; dyingAt < commitCount; dyingAt++) {
    for (const moment of ['before', 'after'] as const) {
      const disk = await copyOf(before, ALL_STORES);
      const crashing = new CrashingStore(disk, dyingAt, moment);
      const opening = openInProcess({ vault: await vaultOver(crashing) });
      await Promise.allSettled([opening.then(change)]);
      expect(crashing.isDead).toBe(true);
      const again = await openChecked(disk);
      const matches = await Promise.all(outcomes.map((outcome) => says(again, outcome)));
      expect(matches, `killed ${moment} commit ${dyingAt} of ${commitCount}`).toContain(true);
    }
  }
  return commitCount;
}

async function libraryOf(texts: Expected): Promise<MemoryStore> {
  const disk = new MemoryStore();
  const lib = await openInProcess({ vault: await vaultOver(disk) });
  await lib.take(texts);
  await lib.meaning.settled();
  return disk;
}

describe('a tab that is killed at any commit', () => {
  it('leaves the old version of a document or the new one while it is taken in and embedded', async () => {
    const kept = { 'b.md': note('zqheron') };
    const before = await libraryOf({ 'a.md': note('zqgranite'), ...kept });
    // Staging, reading, embedding: what was staged is read after the next start, so that only these two can be seen.
    const commits = await killAtEveryCommit(
      before,
      async (lib) => {
        await lib.take({ 'a.md': note('zqbasalt') });
        await lib.meaning.settled();
      },
      [
        { 'a.md': note('zqgranite'), ...kept },
        { 'a.md': note('zqbasalt'), ...kept },
      ],
    );
    expect(commits).toBeGreaterThanOrEqual(3);
  });

  it('leaves a document or none while it is deleted', async () => {
    const before = await libraryOf({ 'a.md': note('zqgranite'), 'b.md': note('zqheron') });
    await killAtEveryCommit(before, (lib) => lib.library.remove(lib.library.state.documentAtPath('a.md')!.documentId), [
      { 'a.md': note('zqgranite'), 'b.md': note('zqheron') },
      { 'b.md': note('zqheron') },
    ]);
  });

  it('loses nothing while segments are merged', async () => {
    const texts = Object.fromEntries(
      Array.from({ length: 14 }, (_, i) => [`n${i}.md`, note(`zqtopic${String.fromCharCode(97 + i).repeat(3)}`)]),
    );
    const before = await libraryOf(texts);
    const commits = await killAtEveryCommit(
      before,
      async (lib) => {
        // Two more make enough to merge; a third of one segment is deleted on the way.
        await lib.take({ 'x.md': note('zqslate'), 'y.md': note('zqmarble') });
        await lib.meaning.settled();
        while (await compactOnce(lib.library, lib.searcher, { signal: never }));
        expect(lib.library.state.manifest.segments.length).toBeLessThan(4);
      },
      [
        texts,
        { ...texts, 'x.md': note('zqslate') },
        { ...texts, 'y.md': note('zqmarble') },
        { ...texts, 'x.md': note('zqslate'), 'y.md': note('zqmarble') },
      ],
    );
    expect(commits).toBeGreaterThan(4);
  });

  it('loses nothing while a library of the first format is brought over', async () => {
    const texts = { 'a.md': note('zqgranite'), 'b.md': note('zqheron'), 'c.md': note('zqbasalt') };
    const before = await libraryOf(texts);
    await toFormatOne(before);
    const commits = await killAtEveryCommit(before, () => Promise.resolve(), [texts]);
    expect(commits).toBe(3);
  });
});
