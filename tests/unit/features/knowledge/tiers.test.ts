import { describe, expect, it } from 'vitest';
import { DEFAULT_SETTINGS } from '../../../../src/domain/settings.ts';
import { StorageUnavailableError } from '../../../../src/domain/errors.ts';
import type { Hit } from '../../../../src/domain/hit.ts';
import { AnswerCache } from '../../../../src/features/knowledge/answer-cache.ts';
import { findHits } from '../../../../src/features/knowledge/find-hits.ts';
import { Library } from '../../../../src/features/knowledge/library.ts';
import { LruMap } from '../../../../src/features/knowledge/lru.ts';
import { MemoryStore } from '../../../../src/platform/storage/memory-store.ts';
import { SearchIndex } from '../../../../workers/search/search-index.ts';
import { vaultOver } from '../../../fixtures/library/crashing-store.ts';
import { openInProcess, WORD_MODEL } from '../../../fixtures/library/in-process.ts';

const never = new AbortController().signal;
const SPACE = { modelKey: WORD_MODEL.modelId, dimensions: WORD_MODEL.dimensions };
const texts = Object.fromEntries(
  ['granite', 'heron', 'slate'].map((word) => [`${word}.md`, `# ${word}\n\nAll about ${word}.\n`]),
);

describe('an answer’s tier', () => {
  it('is cold when something was read, warm when all was in memory, hot when it was kept', async () => {
    const disk = new MemoryStore();
    await (await openInProcess({ vault: await vaultOver(disk) })).take(texts);
    const { library } = await openInProcess({ vault: await vaultOver(disk) });
    const { chunkIds } = library.state.tables.get(library.state.manifest.segments[0]!.segmentId)!;
    const tierOfReading = async (): Promise<string> => {
      const trace = library.tiers.start('granite');
      await library.readChunks(chunkIds, trace);
      return library.tiers.finish(trace).tier;
    };
    expect(await tierOfReading()).toBe('cold');
    expect(await tierOfReading()).toBe('warm');
    const kept = library.tiers.start('granite');
    kept.isFromCache = true;
    expect(library.tiers.finish(kept).tier).toBe('hot');
    const report = library.tierReport();
    expect(report.byTier).toMatchObject({ hot: { count: 1 }, warm: { count: 1 }, cold: { count: 1 } });
    expect(report.answerHitRate).toBeCloseTo(1 / 3);
    expect(report.blockHitRate).toBeCloseTo(1 / 2);
    expect(report.last?.tier).toBe('hot');
    expect(report.passageBytes).toBeGreaterThan(0);
  });
});

describe('kept answers', () => {
  it('serve the same question to the same library only, until their time is up', async () => {
    const lib = await openInProcess();
    await lib.take(texts);
    let now = 0;
    const answers = new AnswerCache<string>(lib.library, () => now);
    const settings = DEFAULT_SETTINGS.retrieval;
    const use = { quality: 1, isUrgent: false };
    answers.keep('what is granite', settings, 'a rock', use);
    expect(answers.find('what is granite', settings)).toBe('a rock');
    expect(answers.find('what is slate', settings)).toBeUndefined();
    expect(answers.find('what is granite', { ...settings, passageCount: 3 })).toBeUndefined();
    now += 30 * 60_000;
    expect(answers.find('what is granite', settings)).toBeUndefined();
    answers.keep('what is granite', settings, 'a rock', use);
    await lib.take({ 'new.md': '# New\n\nA new note.\n' });
    expect(answers.find('what is granite', settings)).toBeUndefined();
  });
});

describe('exact rows', () => {
  it('stay within their budget, come in where they are to be copied, and leave search working without', async () => {
    const disk = new MemoryStore();
    await (await openInProcess({ vault: await vaultOver(disk) })).take(texts);
    const vault = await vaultOver(disk);
    const searcher = new SearchIndex();
    const opened = await openInProcess({ vault });
    const tiers = { ...DEFAULT_SETTINGS.tiers, exactMegabytes: 0 };
    const library = new Library(vault.store, searcher, vault.identityOf.bind(vault), { tiers: () => tiers });
    const { state } = opened.library;
    library.state.apply(state.manifest, state.tables);
    for (const { segmentId, lexicalId, chunkCount } of state.manifest.segments) {
      const { chunkIds, documentIds } = state.tables.get(segmentId)!;
      const lexical = (await vault.store.find('lexical', lexicalId))!;
      const load = { segmentId, chunkIds, documentIds: Array.from({ length: chunkCount }, () => documentIds[0]!) };
      await searcher.addSegment({ ...load, tombstones: [], lexical });
    }
    await library.useSpace(SPACE);
    await library.whenExact();
    const [first, second] = state.manifest.segments.map((entry) => entry.segmentId);
    // Room for nothing: one segment at most is in memory, and that only while it is wanted.
    expect([first!, second!].filter((id) => library.exact.has(id, SPACE)).length).toBeLessThan(2);
    const rowsOf = async (id: typeof first): Promise<number> => {
      const { rowCounts } = await searcher.readVectors(state.tables.get(id!)!.chunkIds, SPACE.modelKey);
      return rowCounts[0] ?? 0;
    };
    await library.exact.bringIn([first!], SPACE);
    expect([await rowsOf(first), await rowsOf(second)]).toEqual([1, 0]);
    await library.exact.bringIn([second!], SPACE);
    expect([await rowsOf(first), await rowsOf(second)]).toEqual([0, 1]);
    const queryVector = await opened.embedder.embedQuery('heron');
    const request = {
      query: 'heron',
      queryVector,
      modelKey: SPACE.modelKey,
      k: 3,
      candidateCount: 10,
      diversity: 0,
    } as const;
    expect((await searcher.search({ ...request, mode: 'dense' })).hits).toHaveLength(3);
  });
});

describe('exact rows of a part that is set aside', () => {
  it('stay on disk, and those of the others come in', async () => {
    const disk = new MemoryStore();
    await (await openInProcess({ vault: await vaultOver(disk) })).take(texts);
    const { library } = await openInProcess({ vault: await vaultOver(disk), isWordsOnly: true });
    const [first, ...others] = library.state.manifest.segments.map((entry) => entry.segmentId);
    library.health.report({ segmentId: first!, part: 'index', reason: 'damaged', isSetAside: true });
    await library.useSpace(SPACE);
    await library.whenExact();
    expect(library.exact.has(first!, SPACE)).toBe(false);
    expect(others.every((segmentId) => library.exact.has(segmentId, SPACE))).toBe(true);
    expect(library.health.current.unreadCount).toBe(0);
  });
});

describe('exact rows that the disk does not give', () => {
  it('leave answers as they are, count in the library’s health, and no longer once they could be read', async () => {
    const disk = new MemoryStore();
    await (await openInProcess({ vault: await vaultOver(disk) })).take(texts);
    const vault = await vaultOver(disk);
    const lib = await openInProcess({ vault });
    await lib.library.whenExact();
    const { library } = lib;
    const outcome = async (): Promise<readonly Hit[]> => {
      const found = await findHits('heron', lib, { k: 3, candidateCount: 10, diversity: 0, signal: never });
      return found.outcome.hits;
    };
    const before = await outcome();
    for (const { segmentId } of library.state.manifest.segments) {
      await lib.searcher.setExact(segmentId, SPACE.modelKey);
      library.exact.forget(segmentId);
    }
    const { findMany } = vault.store;
    let isGone = true;
    vault.store.findMany = (store, ...rest) =>
      isGone && store === 'vectors'
        ? Promise.reject(new StorageUnavailableError('The disk is gone.'))
        : findMany.call(vault.store, store, ...rest);
    let changes = 0;
    library.onChange(() => changes++);
    // Wanted often enough to be brought in.
    for (let asked = 0; asked < 4; asked++)
      expect((await outcome()).map(({ chunkId }) => chunkId)).toContain(before[0]!.chunkId);
    await expect.poll(() => library.health.current.unreadCount).toBeGreaterThan(0);
    expect(changes).toBeGreaterThan(0);
    isGone = false;
    await outcome();
    await expect.poll(() => library.health.current.unreadCount).toBe(0);
    expect(await outcome()).toEqual(before);
  });
});

describe('a map with a capacity', () => {
  it('lets go of what was used longest ago, sparing what is in steady use while there is anything else', () => {
    const map = new LruMap<string, number>({ capacity: () => 3, isInUse: (key) => key.startsWith('kept') });
    map.put('kept 1', 1, 1);
    map.put('b', 2, 1);
    map.put('c', 3, 1);
    expect(map.find('b')).toBe(2);
    map.put('d', 4, 1);
    expect([map.find('kept 1'), map.find('b'), map.find('c'), map.find('d')]).toEqual([1, 2, undefined, 4]);
    map.put('kept 2', 5, 1);
    map.put('kept 3', 6, 1);
    map.put('kept 4', 7, 1);
    expect([map.find('kept 1'), map.find('kept 4'), map.size]).toEqual([undefined, 7, 3]);
  });
});
