import { describe, expect, it } from 'vitest';
import { DEFAULT_SETTINGS } from '../../../../src/domain/settings.ts';
import { AnswerCache } from '../../../../src/features/knowledge/answer-cache.ts';
import { retrieve, type Retrieval } from '../../../../src/features/knowledge/retrieve.ts';
import { openInProcess, WORD_MODEL, type InProcessLibrary } from '../../../fixtures/library/in-process.ts';
import { MemoryStore } from '../../../../src/platform/storage/memory-store.ts';

const { signal } = new AbortController();
const FILES = {
  'lamp.md': '# The lamp\n\nThe long dark begins when the lamp runs out of oil.\n',
  'soup.md': '# Fish soup\n\nSimmer the fish heads for twenty minutes.\n',
};

/** A library that was filled, closed and opened again: nothing of it has been read yet. */
async function reopened(): Promise<InProcessLibrary> {
  const store = new MemoryStore();
  const first = await openInProcess({ store });
  await first.take(FILES);
  await first.meaning.settled();
  const again = await openInProcess({ store, vault: first.vault });
  await again.meaning.choose(WORD_MODEL);
  return again;
}

describe('an answer', () => {
  it('tells whether it came from disk, from memory, or from what was kept', async () => {
    const lib = await reopened();
    const answers = new AnswerCache<Retrieval>(lib.library, () => performance.now());
    const ask = (query: string): Promise<Retrieval> =>
      retrieve(query, { ...lib, settings: DEFAULT_SETTINGS.retrieval, answers }, { signal });

    const cold = await ask('when does the lamp go dark');
    expect(cold.explanation.tier).toBe('cold');
    expect((await ask('lamp oil dark')).explanation.tier).toBe('warm');
    const kept = await ask('when does the lamp go dark');
    expect(kept.explanation.tier).toBe('hot');
    expect(kept.passages).toEqual(cold.passages);
    expect(lib.library.tiers.report({ passageBytes: 0, exactBytes: 0 }).byTier.hot.count).toBe(1);
  });

  it('is searched for anew once the library has changed', async () => {
    const lib = await reopened();
    const answers = new AnswerCache<Retrieval>(lib.library, () => performance.now());
    const ask = (): Promise<Retrieval> =>
      retrieve('lamp oil', { ...lib, settings: DEFAULT_SETTINGS.retrieval, answers }, { signal });
    await ask();
    await lib.take({ 'oil.md': '# Lamp oil\n\nLamp oil is in the shed.\n' });
    const { explanation, passages } = await ask();
    expect(explanation.tier).not.toBe('hot');
    expect(passages.map(({ citation }) => citation.path)).toContain('oil.md');
  });
});
