import { describe, expect, it } from 'vitest';
import { findHits } from '../../../../src/features/knowledge/find-hits.ts';
import { openInProcess } from '../../../fixtures/library/in-process.ts';

const { signal } = new AbortController();
// Sixty notes hold both words, all but the last the other way round; words alone cannot tell them apart.
const FILES: Record<string, string> = {
  'in a row.md':
    '# Note\n\nOne day the amber lantern was lit by someone who had come a long way over the hills to do it.\n',
};
for (let i = 0; i < 60; i++) FILES[`note ${i}.md`] = `# Note ${i}\n\nThe lantern, amber once, hangs in room ${i}.\n`;

const opened = openInProcess().then(async (lib) => {
  await lib.take(FILES);
  return lib;
});

async function pathsFor(query: string): Promise<string[]> {
  const lib = await opened;
  const { outcome } = await findHits(query, lib, { k: 5, candidateCount: 20, diversity: 0, signal });
  const chunks = await lib.library.readChunks(outcome.hits.map(({ chunkId }) => chunkId));
  return chunks.map(({ documentId }) => lib.library.state.documents.get(documentId)?.path ?? '');
}

describe('a quoted phrase', () => {
  it('is found word for word, however many passages hold its words otherwise', async () => {
    expect(await pathsFor('"amber lantern"')).toEqual(['in a row.md']);
  });

  it('is left out word for word, and as many hits come as are wanted', async () => {
    const paths = await pathsFor('lantern -"amber lantern"');
    expect(paths).toHaveLength(5);
    expect(paths).not.toContain('in a row.md');
  });

  it('may be a single word', async () => {
    expect(await pathsFor('"someone"')).toEqual(['in a row.md']);
    expect(await pathsFor('amber -"hangs"')).toEqual(['in a row.md']);
  });
});
