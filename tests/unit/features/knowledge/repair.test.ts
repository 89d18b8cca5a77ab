import { describe, expect, it } from 'vitest';
import { recordIdOf, type RecordId } from '../../../../src/domain/ids.ts';
import { resumeIngest, unfinishedDocuments } from '../../../../src/features/knowledge/ingest.ts';
import {
  decodeManifest,
  encodeManifest,
  MANIFEST_ID,
  type SegmentEntry,
} from '../../../../src/features/knowledge/manifest.ts';
import { MemoryStore } from '../../../../src/platform/storage/memory-store.ts';
import type { StoreName } from '../../../../src/platform/storage/record-store.ts';
import { says, type Expected } from '../../../fixtures/library/check-library.ts';
import { vaultOver } from '../../../fixtures/library/crashing-store.ts';
import { toFormatOne } from '../../../fixtures/library/format-one.ts';
import { openInProcess, WORD_MODEL, type InProcessLibrary } from '../../../fixtures/library/in-process.ts';

const note = (word: string): string =>
  `# About ${word}\n\nThis note is about ${word} and says so, ${word} being its matter.\n`;
const TEXTS: Expected = { 'a.md': note('zqgranite'), 'b.md': note('zqheron'), 'c.md': note('zqbasalt') };

async function libraryOn(disk: MemoryStore): Promise<InProcessLibrary> {
  const lib = await openInProcess({ vault: await vaultOver(disk) });
  await lib.meaning.settled();
  await lib.library.whenExact();
  return lib;
}

async function filledDisk(): Promise<{ disk: MemoryStore; entry: SegmentEntry }> {
  const disk = new MemoryStore();
  const lib = await libraryOn(disk);
  await lib.take(TEXTS);
  await lib.meaning.settled();
  return { disk, entry: lib.library.state.manifest.segments[0]! };
}

async function flipBit(disk: MemoryStore, store: StoreName, id: RecordId): Promise<void> {
  const sealed = (await disk.find(store, id))!;
  const middle = Math.floor(sealed.length / 2);
  sealed[middle]! ^= 4;
  await disk.commit([{ kind: 'put', store, id, value: sealed }]);
}

async function finishReading(lib: InProcessLibrary): Promise<void> {
  for await (const event of resumeIngest(lib, { signal: new AbortController().signal }))
    expect(event.type).not.toBe('failed');
  await lib.meaning.settled();
}

describe('a segment with one flipped bit', () => {
  const parts: readonly (readonly [string, (entry: SegmentEntry) => readonly [StoreName, RecordId], number])[] = [
    ['its table', (entry) => ['segments', recordIdOf(entry.segmentId)], 0],
    ['its postings', (entry) => ['lexical', entry.lexicalId], 0],
    ['its codes', (entry) => ['vectors', entry.vectors[WORD_MODEL.modelId]!.codesId], 1],
    ['its exact rows', (entry) => ['vectors', entry.vectors[WORD_MODEL.modelId]!.exactId], 1],
  ];
  for (const [name, recordOf, embedded] of parts) {
    it(`in ${name} is made anew, reported, and sound at the next start`, async () => {
      const { disk, entry } = await filledDisk();
      const [store, id] = recordOf(entry);
      await flipBit(disk, store, id);
      const lib = await libraryOn(disk);
      lib.meaning.wake();
      await lib.meaning.settled();
      expect(await says(lib, TEXTS)).toBe(true);
      expect(lib.library.health.current).toEqual({
        damagedCount: 1,
        outdatedCount: 0,
        repairedCount: 1,
        waitingCount: 0,
        unreadCount: 0,
      });
      // Vectors are made anew by embedding, everything else from what there is.
      expect(lib.embedder.embeddedTexts).toHaveLength(embedded);
      const again = await libraryOn(disk);
      expect(await says(again, TEXTS)).toBe(true);
      expect(again.library.health.current).toMatchObject({ damagedCount: 0, waitingCount: 0 });
      expect(again.embedder.embeddedTexts).toEqual([]);
    });
  }

  it('in its texts has its document read again from the kept bytes', async () => {
    const { disk, entry } = await filledDisk();
    await flipBit(disk, 'lexical', entry.lexicalId);
    await flipBit(disk, 'chunks', entry.blocks[0]!.blockId);
    const lib = await libraryOn(disk);
    expect(unfinishedDocuments(lib.library)).toHaveLength(1);
    await finishReading(lib);
    expect(await says(lib, TEXTS)).toBe(true);
    expect(await says(await libraryOn(disk), TEXTS)).toBe(true);
  });

  it('in table and texts alike has what can still be read saved and the rest read again', async () => {
    const { disk, entry } = await filledDisk();
    await flipBit(disk, 'segments', recordIdOf(entry.segmentId));
    await flipBit(disk, 'chunks', entry.blocks[0]!.blockId);
    const lib = await libraryOn(disk);
    await finishReading(lib);
    expect(await says(lib, TEXTS)).toBe(true);
    expect(await says(await libraryOn(disk), TEXTS)).toBe(true);
  });
});

describe('a library that an older version wrote', () => {
  it('of the first format is brought over without embedding anything again', async () => {
    const { disk } = await filledDisk();
    await toFormatOne(disk);
    const lib = await libraryOn(disk);
    expect(await says(lib, TEXTS)).toBe(true);
    expect(lib.library.health.current).toEqual({
      damagedCount: 0,
      outdatedCount: 3,
      repairedCount: 3,
      waitingCount: 0,
      unreadCount: 0,
    });
    expect(lib.embedder.embeddedTexts).toEqual([]);
    expect(lib.meaning.embeddedCount).toBe(3);
    const again = await libraryOn(disk);
    expect(await says(again, TEXTS)).toBe(true);
    expect(again.library.health.current).toMatchObject({ outdatedCount: 0 });
    expect(again.embedder.embeddedTexts).toEqual([]);
    expect(await again.vault.store.listIds('vectors')).toHaveLength(6);
  });

  it('cut or indexed words in another way has its postings made anew', async () => {
    const { disk } = await filledDisk();
    const { store } = await vaultOver(disk);
    const manifest = decodeManifest((await store.find('segments', MANIFEST_ID))!);
    const segments = manifest.segments.map((entry) => ({ ...entry, indexVersion: 'chunker-0|words-0' }));
    const value = encodeManifest({ ...manifest, segments });
    await store.commit([{ kind: 'put', store: 'segments', id: MANIFEST_ID, value }]);
    const lib = await libraryOn(disk);
    expect(lib.library.health.current).toMatchObject({ outdatedCount: 3, repairedCount: 3 });
    expect(await says(lib, TEXTS)).toBe(true);
    const lexicalIds = lib.library.state.manifest.segments.map((entry) => entry.lexicalId);
    expect(lexicalIds.some((id) => manifest.segments.some((entry) => entry.lexicalId === id))).toBe(false);
  });

  it('is refused, and left alone, when the version was a newer one', async () => {
    const { disk } = await filledDisk();
    const { store } = await vaultOver(disk);
    const value = new TextEncoder().encode('{"format":9,"generation":3,"segments":[]}');
    await store.commit([{ kind: 'put', store: 'segments', id: MANIFEST_ID, value }]);
    await expect(libraryOn(disk)).rejects.toThrow('newer version of the app');
    expect(await store.find('segments', MANIFEST_ID)).toEqual(value);
  });
});
