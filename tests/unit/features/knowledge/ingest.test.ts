import { describe, expect, it } from 'vitest';
import { resumeIngest, unfinishedDocuments } from '../../../../src/features/knowledge/ingest.ts';
import { stageFile } from '../../../../src/features/knowledge/stage.ts';
import { viewCitation } from '../../../../src/features/knowledge/source-view.ts';
import { citationOf } from '../../../../src/features/knowledge/retrieve.ts';
import { filesOf, findPaths, lastEvents, openInProcess } from '../../../fixtures/library/in-process.ts';

const paragraph = (topic: string): string =>
  `${topic} is what this paragraph is about. It says a few plain things about ${topic}, so that the text has a body of its own and a chunk to itself when the pieces are cut small.`;
const note = (title: string, topics: readonly string[]): string =>
  `# ${title}\n\n${topics.map((topic) => `## About ${topic}\n\n${paragraph(topic)} ${paragraph(topic)}`).join('\n\n')}\n`;

describe('taking files in', () => {
  it('stages, reads and embeds each file and says so in that order', async () => {
    const lib = await openInProcess();
    const events = await lib.take({ 'notes/bees.md': note('Bees', ['honey', 'swarms']) });
    expect(events.map((event) => event.type)).toEqual(
      expect.arrayContaining(['waiting', 'staged', 'reading', 'searchable', 'done']),
    );
    expect(events.at(-1)).toMatchObject({ type: 'done', path: 'notes/bees.md' });
    expect(await findPaths(lib, 'honey')).toEqual(['notes/bees.md']);
    expect(await findPaths(lib, 'honey', 'dense')).toEqual(['notes/bees.md']);
  });

  it('does nothing with a file dropped again unchanged', async () => {
    const lib = await openInProcess();
    const files = { 'a.md': note('A', ['granite']), 'b.md': note('B', ['basalt']) };
    await lib.take(files);
    const { generation } = lib.library.state.manifest;
    lib.embedder.embeddedTexts = [];
    expect(lastEvents(await lib.take(files))).toEqual({ 'a.md': 'unchanged', 'b.md': 'unchanged' });
    expect(lib.library.state.manifest.generation).toBe(generation);
    expect(lib.embedder.embeddedTexts).toEqual([]);
  });

  it('embeds only the changed chunks of a changed file', async () => {
    const lib = await openInProcess();
    await lib.take({ 'rocks.md': note('Rocks', ['granite', 'basalt', 'marble', 'slate']) });
    const before = lib.embedder.embeddedTexts.length;
    lib.embedder.embeddedTexts = [];
    const events = await lib.take({ 'rocks.md': note('Rocks', ['granite', 'basalt', 'quartz', 'slate']) });
    expect(before).toBeGreaterThanOrEqual(4);
    expect(lib.embedder.embeddedTexts.length).toBeLessThan(before / 2);
    expect(lib.embedder.embeddedTexts.every((text) => text.includes('quartz'))).toBe(true);
    expect(events.find((event) => event.type === 'searchable')).toMatchObject({ reusedCount: before - 1 });
    expect(await findPaths(lib, 'marble')).toEqual([]);
    expect(await findPaths(lib, 'quartz')).toEqual(['rocks.md']);
    expect(lib.library.state.documents.size).toBe(1);
  });

  it('keeps the library as it was after a reload', async () => {
    const lib = await openInProcess();
    await lib.take({ 'a.md': note('A', ['granite', 'basalt']), 'b.md': note('B', ['heron']) });
    const again = await openInProcess({ vault: lib.vault });
    await again.library.whenExact();
    expect(await findPaths(again, 'heron')).toEqual(['b.md']);
    expect(await findPaths(again, 'granite', 'dense')).toEqual(await findPaths(lib, 'granite', 'dense'));
    expect(again.meaning.embeddedCount).toBe(lib.meaning.embeddedCount);
    expect(again.embedder.embeddedTexts).toEqual([]);
  });

  it('goes on after a reload with what was sealed but not read', async () => {
    const lib = await openInProcess();
    for (const incoming of filesOf({ 'a.md': note('A', ['granite']), 'b.md': note('B', ['heron']) })) {
      await stageFile(incoming, lib);
    }
    const again = await openInProcess({ vault: lib.vault });
    expect(
      unfinishedDocuments(again.library)
        .map((document) => document.path)
        .sort(),
    ).toEqual(['a.md', 'b.md']);
    const events = [];
    for await (const event of resumeIngest(again, { signal: new AbortController().signal })) events.push(event);
    expect(lastEvents(events)).toEqual({ 'a.md': 'done', 'b.md': 'done' });
    expect(await findPaths(again, 'heron')).toEqual(['b.md']);
    expect(unfinishedDocuments(again.library)).toEqual([]);
  });

  it('reports a file it cannot read and goes on with the rest', async () => {
    const lib = await openInProcess();
    const events = await lib.take({ 'empty.md': '', 'good.md': note('Good', ['heron']) });
    expect(lastEvents(events)).toEqual({ 'empty.md': 'failed', 'good.md': 'done' });
    expect(events.find((event) => event.type === 'failed')).toMatchObject({ problem: { kind: 'empty' } });
    expect(lib.library.state.documentAtPath('empty.md')?.status).toBe('failed');
  });

  it('keeps the older version when the newer cannot be read', async () => {
    const lib = await openInProcess();
    await lib.take({ 'a.md': note('A', ['granite']) });
    expect(lastEvents(await lib.take({ 'a.md': '' }))).toEqual({ 'a.md': 'failed' });
    expect(await findPaths(lib, 'granite')).toEqual(['a.md']);
    expect(lib.library.state.documentAtPath('a.md')).toMatchObject({
      status: 'searchable',
      problem: { kind: 'empty' },
    });
  });

  it('leaves no trace of new files when it is cancelled, and the old version of changed ones', async () => {
    const lib = await openInProcess();
    await lib.take({ 'old.md': note('Old', ['granite']) });
    lib.pause.pause();
    const abort = new AbortController();
    const taking = lib.take({ 'old.md': note('Old', ['quartz']), 'new.md': note('New', ['heron']) }, abort.signal);
    await new Promise<void>((resolve) => {
      const stop = lib.library.onChange(() => {
        if (unfinishedDocuments(lib.library).length < 2) return;
        stop();
        resolve();
      });
    });
    abort.abort();
    expect(lastEvents(await taking)).toEqual({ 'old.md': 'cancelled', 'new.md': 'cancelled' });
    expect([...lib.library.state.documents.values()].map((document) => document.path)).toEqual(['old.md']);
    expect(await findPaths(lib, 'granite')).toEqual(['old.md']);
    expect(unfinishedDocuments(lib.library)).toEqual([]);
  });

  it('finds by words alone when there is no model', async () => {
    const lib = await openInProcess({ isWordsOnly: true });
    const events = await lib.take({ 'a.md': note('A', ['granite']) });
    expect(lastEvents(events)).toEqual({ 'a.md': 'done' });
    expect(await findPaths(lib, 'granite')).toEqual(['a.md']);
    expect(lib.embedder.embeddedTexts).toEqual([]);
  });
});

describe('deleting', () => {
  it('takes everything of a document out of the store', async () => {
    const lib = await openInProcess();
    await lib.take({ 'a.md': note('A', ['granite']), 'b.md': note('B', ['heron']) });
    const document = lib.library.state.documentAtPath('a.md')!;
    await lib.library.remove(document.documentId);
    expect(await findPaths(lib, 'granite')).toEqual([]);
    for (const store of ['documents', 'versions', 'sources', 'texts'] as const) {
      expect(await lib.vault.store.listIds(store)).toHaveLength(1);
    }
    const again = await openInProcess({ vault: lib.vault });
    expect(await findPaths(again, 'granite')).toEqual([]);
    expect(await findPaths(again, 'heron')).toEqual(['b.md']);
  });
});

describe('merging segments', () => {
  it('folds many small segments into few and finds the same', async () => {
    const lib = await openInProcess();
    const topics = Array.from({ length: 40 }, (_, i) => `topic${String.fromCharCode(97 + (i % 26))}${i}`);
    await lib.take(Object.fromEntries(topics.map((topic) => [`${topic}.md`, note(topic, [topic])])));
    expect(lib.library.state.manifest.segments.length).toBeLessThan(16);
    for (const topic of topics) expect(await findPaths(lib, topic)).toEqual([`${topic}.md`]);
    const again = await openInProcess({ vault: lib.vault });
    for (const topic of topics) expect(await findPaths(again, topic)).toEqual([`${topic}.md`]);
    expect(again.embedder.embeddedTexts).toEqual([]);
    expect(await lib.vault.store.listIds('lexical')).toHaveLength(lib.library.state.manifest.segments.length);
  });
});

describe('opening a citation', () => {
  it('finds the passage in the current version, in a changed one, and keeps the old one when it is gone', async () => {
    const lib = await openInProcess();
    await lib.take({ 'rocks.md': note('Rocks', ['granite', 'basalt']) });
    const { documentId, currentVersionId } = lib.library.state.documentAtPath('rocks.md')!;
    const [chunk] = await lib.library.readChunks(
      [...lib.library.state.chunksOfVersion(currentVersionId).values()].slice(-1),
    );
    const citation = citationOf(chunk!, 1, lib.library);
    const marked = async (): Promise<string> => {
      const view = await viewCitation(citation, lib.library);
      return `${view.state}: ${view.highlight ? view.text.slice(view.highlight.start, view.highlight.end) : ''}`;
    };
    expect(await marked()).toContain('current: ');
    expect(await marked()).toContain('basalt');
    await lib.take({ 'rocks.md': `A new first line.\n\n${note('Rocks', ['granite', 'basalt'])}` });
    expect(await marked()).toContain('changed-found: ');
    expect(await marked()).toContain('basalt');
    await lib.take({
      'rocks.md': '# Rocks\n\nNothing of the old page is left; herons fish in the shallows at dawn instead.\n',
    });
    expect(await marked()).toContain('changed-gone: ');
    expect(await marked()).toContain('basalt');
    await lib.library.remove(documentId);
    expect(await marked()).toContain('deleted: ');
    expect(await marked()).toContain('basalt');
  });
});

describe('damage on disk', () => {
  it('makes the index of a segment anew from its texts when it is gone', async () => {
    const lib = await openInProcess();
    await lib.take({ 'a.md': note('A', ['granite']), 'b.md': note('B', ['heron']) });
    const lost = lib.library.state.manifest.segments[0]!;
    await lib.vault.store.commit([{ kind: 'delete', store: 'lexical', id: lost.lexicalId }]);
    const again = await openInProcess({ vault: lib.vault });
    expect(await findPaths(again, 'heron')).toEqual(['b.md']);
    expect(await findPaths(again, 'granite')).toEqual(['a.md']);
    expect(again.library.health.current).toMatchObject({ damagedCount: 1, repairedCount: 1, waitingCount: 0 });
    expect(unfinishedDocuments(again.library)).toEqual([]);
  });

  it('reads a document again whose texts are gone', async () => {
    const lib = await openInProcess();
    await lib.take({ 'a.md': note('A', ['granite']), 'b.md': note('B', ['heron']) });
    const lost = lib.library.state.manifest.segments[0]!;
    await lib.vault.store.commit([
      { kind: 'delete', store: 'lexical', id: lost.lexicalId },
      ...lost.blocks.map((block) => ({ kind: 'delete', store: 'chunks', id: block.blockId }) as const),
    ]);
    const again = await openInProcess({ vault: lib.vault });
    expect(await findPaths(again, 'heron')).toEqual(['b.md']);
    expect(unfinishedDocuments(again.library).map((document) => document.path)).toEqual(['a.md']);
    for await (const event of resumeIngest(again, { signal: new AbortController().signal }))
      expect(event.type).not.toBe('failed');
    expect(await findPaths(again, 'granite')).toEqual(['a.md']);
  });
});
