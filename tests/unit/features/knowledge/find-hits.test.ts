import { describe, expect, it } from 'vitest';
import { DEFAULT_SETTINGS } from '../../../../src/domain/settings.ts';
import { findHits, type FoundHits } from '../../../../src/features/knowledge/find-hits.ts';
import { retrieve, type Retrieval } from '../../../../src/features/knowledge/retrieve.ts';
import { searchPassages } from '../../../../src/features/knowledge/search-passages.ts';
import type { Reranker } from '../../../../src/platform/compute/ports.ts';
import { openInProcess, type InProcessLibrary, WORD_MODEL } from '../../../fixtures/library/in-process.ts';

const { signal } = new AbortController();
const SOUP = 'Simmer the fish heads for twenty minutes, then strain the broth and add cream.';
const FILES = {
  'archive/lamp.md':
    '---\ntags: [light]\ndate: 2023-04-01\n---\n# The lamp\n\nThe long dark begins when the lamp runs out of oil.\n',
  'recipes/soup.md': `---\ntags: [food]\n---\n# Fish soup\n\n${SOUP}\n`,
  'recipes/copy of soup.md': `---\ntags: [food]\n---\n# Fish soup\n\n${SOUP}\n`,
  'recipes/bread.md': '# Bread\n\nKnead the dough for twenty minutes and let it rest in the dark.\n',
  'mixed.md': '# Notes\n\nError ORA-00942 東京タワー und Öl: see log v2.3.1 🦊\n',
};

async function openKitchen(): Promise<InProcessLibrary> {
  const lib = await openInProcess();
  await lib.take(FILES);
  await lib.meaning.choose(WORD_MODEL);
  await lib.meaning.settled();
  return lib;
}

const kitchen = openKitchen();

async function find(query: string, k = 10): Promise<FoundHits> {
  return findHits(query, await kitchen, { k, candidateCount: 100, diversity: 0, signal });
}

async function pathsOf(query: string): Promise<string[]> {
  const { library } = await kitchen;
  const { outcome } = await find(query);
  const chunks = await library.readChunks(outcome.hits.map(({ chunkId }) => chunkId));
  return [...new Set(chunks.map(({ documentId }) => library.state.documents.get(documentId)?.path ?? ''))];
}

async function ask(query: string, reranker?: Reranker): Promise<Retrieval> {
  const deps = { ...(await kitchen), settings: DEFAULT_SETTINGS.retrieval, ...(reranker && { reranker }) };
  return retrieve(query, deps, { signal });
}

describe('a question with conditions', () => {
  it('is searched for only where they hold', async () => {
    expect(await pathsOf('twenty minutes tag:light')).toEqual(['archive/lamp.md']);
    expect(await pathsOf('oil date:2023')).toEqual(['archive/lamp.md']);
    expect((await pathsOf('lamp in:recipes')).every((path) => path.startsWith('recipes/'))).toBe(true);
    expect(await pathsOf('twenty minutes -tag:food -in:archive -file:mixed')).toEqual(['recipes/bread.md']);
  });

  it('gives nothing and says which one is to blame when nothing meets it', async () => {
    const { outcome, notes } = await find('soup tag:astronomy');
    expect(outcome.hits).toEqual([]);
    expect(notes.join()).toContain('“astronomy”');
    const view = await searchPassages(
      'soup tag:astronomy',
      5,
      { ...(await kitchen), settings: DEFAULT_SETTINGS.retrieval },
      { signal },
    );
    expect(view.results).toEqual([]);
    expect(view.explanation.notes.join()).toContain('tag:astronomy');
  });

  it('finds as many as there are, however many are wanted', async () => {
    const { outcome } = await find('twenty minutes in the dark', 1000);
    expect(outcome.hits.length).toBeGreaterThanOrEqual(3);
    expect(outcome.hits.length).toBeLessThanOrEqual(5);
  });
});

describe('odd questions', () => {
  it.each([
    ['nothing', ''],
    ['white space', ' \n\t '],
    ['5,000 characters', 'lamp oil '.repeat(556).slice(0, 5000)],
    ['5,000 of one letter', 'x'.repeat(5000)],
    ['one emoji', '🦊'],
    ['only stop words', 'what is it that the of and'],
    ['a regular expression', String.raw`^(?:lamp|oil)\s+.*[a-z]{2,}$`],
    ['mixed scripts', 'Öl 東京タワー und масло زيت'],
    ['quotation marks only', '""'],
    ['signs only', '-* "" : -'],
    ['conditions only', 'tag:food -soup'],
    ['half a surrogate pair', 'lamp \ud83e'],
  ])('of %s are answered without a throw', async (_, query) => {
    const { outcome } = await find(query);
    for (const { score } of outcome.hits) expect(Number.isFinite(score)).toBe(true);
    expect(outcome.fusion.meaningWeight).toBeGreaterThanOrEqual(0);
    expect(outcome.fusion.meaningWeight).toBeLessThanOrEqual(1);
  });

  it('in mixed scripts find the passage', async () => {
    expect((await pathsOf('東京タワー Öl'))[0]).toBe('mixed.md');
    expect((await pathsOf('ORA-00942'))[0]).toBe('mixed.md');
  });
});

describe('what was found', () => {
  it('is folded where two passages say the same', async () => {
    const { outcome } = await find('simmer the fish heads');
    const [best] = outcome.hits;
    expect(best?.duplicates).toHaveLength(1);
    expect(outcome.hits.map(({ chunkId }) => chunkId)).not.toContain(best?.duplicates?.[0]);
  });

  it('tells why: terms, places in both lists, the weight, near misses and times', async () => {
    const deps = { ...(await kitchen), settings: DEFAULT_SETTINGS.retrieval };
    const { results, explanation } = await searchPassages('dough twenty minutes dark', 1, deps, { signal });
    const [first] = results;
    expect(first?.why).toMatchObject({ place: 1, lexicalRank: 1, denseRank: 1, duplicateCount: 0 });
    expect(first?.why.terms.length).toBeGreaterThanOrEqual(3);
    const { wordsPart = 0, meaningPart = 0 } = first?.why.why ?? {};
    expect(wordsPart + meaningPart).toBeCloseTo(first?.score ?? NaN, 9);
    expect(explanation.fusion.method).toBe('convex');
    expect(explanation.fusion.reasons.length).toBeGreaterThan(0);
    expect(explanation.nearMisses.length).toBeGreaterThan(0);
    expect(explanation.nearMisses[0]?.score).toBeLessThanOrEqual(first?.score ?? 0);
    expect(explanation.timings.totalMs).toBeGreaterThanOrEqual(explanation.timings.readMs ?? Infinity);
  });

  it('keeps for an answer why each of its sources is there', async () => {
    const { passages, explanation, hits } = await ask('How long is the dough kneaded?');
    for (const { citation } of passages) expect(explanation.hits[citation.chunkId]?.place).toBeGreaterThan(0);
    expect(Object.keys(explanation.hits)).toHaveLength(hits.length);
  });
});

describe('a second look', () => {
  it('decides the order', async () => {
    const byBread: Reranker = {
      label: 'Bread first',
      score: (_, passages) => Promise.resolve(Float32Array.from(passages, (text) => (text.includes('dough') ? 5 : -5))),
    };
    const { hits, explanation } = await ask('fish soup cream minutes', byBread);
    expect(hits[0]?.rerankScore).toBe(5);
    expect(hits[0]?.terms).not.toContain('fish');
    expect(explanation.timings.rerankMs).toBeGreaterThanOrEqual(0);
  });

  it('that fails leaves the order as it was and says so', async () => {
    const plain = await ask('fish soup cream minutes');
    const failing: Reranker = { label: 'Broken', score: () => Promise.reject(new RangeError('Out of memory.')) };
    const nonsense: Reranker = { label: 'Nonsense', score: () => Promise.resolve(new Float32Array([NaN])) };
    for (const reranker of [failing, nonsense]) {
      const { hits, notes } = await ask('fish soup cream minutes', reranker);
      const shared = hits.slice(0, 2).map(({ chunkId }) => chunkId);
      expect(shared).toEqual(plain.hits.slice(0, 2).map(({ chunkId }) => chunkId));
      expect(notes.join()).toContain(reranker.label);
    }
  });
});
