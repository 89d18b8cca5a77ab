import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createNodeEmbedder, type NodeEmbedder } from '../../../../scripts/node-embedder.ts';
import type { EmbeddingModel } from '../../../../src/domain/embedding-model.ts';
import { ModelUnavailableError, StorageFullError } from '../../../../src/domain/errors.ts';
import { Meaning } from '../../../../src/features/knowledge/meaning.ts';
import { PauseGate } from '../../../../src/features/knowledge/turnstile.ts';
import { copyVectors } from '../../../../src/features/knowledge/copy-vectors.ts';
import { decodeExactRows, decodeVectorCodes } from '../../../../src/engine/vector/segment-vectors.ts';
import type { PassageVectors } from '../../../../src/domain/passage-vectors.ts';
import type { QueryTokens, TokenTable } from '../../../../src/domain/token-alignment.ts';
import { BUILT_IN_MODEL_ID, findModel } from '../../../../src/platform/compute/models.ts';
import type { Embedder } from '../../../../src/platform/compute/ports.ts';
import {
  openInProcess,
  WORD_MODEL,
  WordEmbedder,
  type InProcessLibrary,
} from '../../../fixtures/library/in-process.ts';

const LARGER: EmbeddingModel = { ...WORD_MODEL, modelId: 'test/larger', dimensions: 128 };
const PUBLIC_MODELS = join(import.meta.dirname, '../../../../public/models');
const never = new AbortController().signal;

/** A `Meaning` whose embedders can be held: `gates` decides, per model, when its passages may be embedded. */
function meaningOver(lib: InProcessLibrary, gates: Readonly<Record<string, PauseGate>> = {}): Meaning {
  return new Meaning({
    library: lib.library,
    searcher: lib.searcher,
    pause: lib.pause,
    modelKeyOf: (model) => model.modelId,
    createEmbedder: () => new GatedEmbedder(gates),
  });
}

class GatedEmbedder implements Embedder {
  readonly #gates: Readonly<Record<string, PauseGate>>;
  #words = new WordEmbedder();
  #modelId = '';

  constructor(gates: Readonly<Record<string, PauseGate>>) {
    this.#gates = gates;
  }

  load(model: EmbeddingModel): ReturnType<Embedder['load']> {
    if (model.modelId === 'test/missing') throw new ModelUnavailableError('It is nowhere to be had.');
    this.#modelId = model.modelId;
    this.#words = new WordEmbedder(model.dimensions);
    return this.#words.load(model);
  }

  async embed(texts: readonly string[], kind: 'query' | 'passage'): Promise<Float32Array> {
    if (kind === 'passage') await this.#gates[this.#modelId]?.wait(never);
    return this.#words.embed(texts, kind);
  }

  planBatches(texts: readonly string[]): Promise<number[][]> {
    return this.#words.planBatches(texts);
  }

  async embedPassages(texts: readonly string[]): Promise<PassageVectors> {
    await this.#gates[this.#modelId]?.wait(never);
    return this.#words.embedPassages(texts);
  }

  embedQuery(text: string): Promise<Float32Array> {
    return this.#words.embedQuery(text);
  }

  queryTokens(): Promise<undefined> {
    return Promise.resolve(undefined);
  }

  tokenTable(): Promise<undefined> {
    return Promise.resolve(undefined);
  }

  dispose(): void {
    this.#words.dispose();
  }
}

/** The real built-in model when it is asked for, and a gated one for every other. */
class EitherEmbedder implements Embedder {
  readonly #builtIn: NodeEmbedder;
  readonly #gated: GatedEmbedder;
  #isBuiltIn = false;

  constructor(builtIn: NodeEmbedder, gated: GatedEmbedder) {
    this.#builtIn = builtIn;
    this.#gated = gated;
  }

  load(model: EmbeddingModel): ReturnType<Embedder['load']> {
    this.#isBuiltIn = model.modelId === this.#builtIn.model;
    return this.#gated.load(model);
  }

  planBatches(texts: readonly string[]): Promise<number[][]> {
    return this.#isBuiltIn ? Promise.resolve(this.#builtIn.planBatches(texts)) : this.#gated.planBatches(texts);
  }

  embedPassages(texts: readonly string[]): Promise<PassageVectors> {
    return (this.#isBuiltIn ? this.#builtIn : this.#gated).embedPassages(texts);
  }

  embedQuery(
    text: string,
    { wordWeights }: { readonly wordWeights?: Readonly<Record<string, number>> },
  ): Promise<Float32Array> {
    return this.#isBuiltIn ? this.#builtIn.embedQuery(text, wordWeights) : this.#gated.embedQuery(text);
  }

  queryTokens(
    text: string,
    { wordWeights }: { readonly wordWeights: Readonly<Record<string, number>> },
  ): Promise<QueryTokens | undefined> {
    return Promise.resolve(this.#isBuiltIn ? this.#builtIn.queryTokens(text, wordWeights) : undefined);
  }

  tokenTable(): Promise<TokenTable | undefined> {
    return Promise.resolve(this.#isBuiltIn ? this.#builtIn.tokenTable() : undefined);
  }

  embed(texts: readonly string[], kind: 'query' | 'passage'): Promise<Float32Array> {
    return (this.#isBuiltIn ? this.#builtIn : this.#gated).embed(texts, kind);
  }

  dispose(): void {
    this.#gated.dispose();
  }
}

async function findDense(lib: InProcessLibrary, meaning: Meaning, query: string): Promise<number> {
  const queryVector = await meaning.embedQuery(query, { signal: never });
  const modelKey = lib.library.space?.modelKey;
  if (!queryVector || modelKey === undefined) return 0;
  const request = { query, queryVector, modelKey, k: 5, candidateCount: 20, diversity: 0, mode: 'dense' } as const;
  return (await lib.searcher.search(request)).hits.length;
}

async function filledLibrary(): Promise<InProcessLibrary> {
  const lib = await openInProcess({ isWordsOnly: true });
  await lib.take({ 'a.md': '# A\n\nGranite is a hard rock.\n', 'b.md': '# B\n\nHerons fish in the shallows.\n' });
  return lib;
}

describe('choosing a model', () => {
  it('gives every passage a vector and keeps it across a reload', async () => {
    const lib = await filledLibrary();
    const meaning = meaningOver(lib);
    await meaning.choose(WORD_MODEL);
    await meaning.settled();
    expect(meaning.embeddedCount).toBe(lib.library.state.liveChunkCount);
    expect(meaning.state).toMatchObject({ kind: 'ready', modelId: WORD_MODEL.modelId });
    expect(await findDense(lib, meaning, 'granite')).toBeGreaterThan(0);
  });

  it('answers from the old index until the new one is whole, and then forgets the old', async () => {
    const lib = await filledLibrary();
    const gate = new PauseGate();
    const meaning = meaningOver(lib, { [LARGER.modelId]: gate });
    await meaning.choose(WORD_MODEL);
    await meaning.settled();
    gate.pause();
    let inUse = '';
    await meaning.choose(LARGER, (model) => (inUse = model.modelId));
    expect(meaning.state).toMatchObject({ kind: 'switching', modelId: LARGER.modelId, done: 0 });
    expect(lib.library.space?.modelKey).toBe(WORD_MODEL.modelId);
    expect(await findDense(lib, meaning, 'granite')).toBeGreaterThan(0);

    gate.resume();
    await meaning.settled();
    await expect.poll(() => inUse).toBe(LARGER.modelId);
    await expect
      .poll(() =>
        lib.library.state.manifest.segments.every((entry) => Object.keys(entry.vectors).join() === LARGER.modelId),
      )
      .toBe(true);
    expect(await findDense(lib, meaning, 'herons')).toBeGreaterThan(0);
    // Codes and exact rows of each segment, under one model.
    expect(await lib.vault.store.listIds('vectors')).toHaveLength(2 * lib.library.state.manifest.segments.length);
  });

  it('embeds a document that comes in during the switch under both models', async () => {
    const lib = await filledLibrary();
    const gate = new PauseGate();
    const meaning = meaningOver(lib, { [LARGER.modelId]: gate });
    await meaning.choose(WORD_MODEL);
    await meaning.settled();
    gate.pause();
    await meaning.choose(LARGER);
    await lib.take({ 'c.md': '# C\n\nSlate splits into thin plates.\n' });
    meaning.wake();
    gate.resume();
    await meaning.settled();
    await expect.poll(() => lib.library.space?.modelKey).toBe(LARGER.modelId);
    await meaning.settled();
    expect(meaning.embeddedCount).toBe(lib.library.state.liveChunkCount);
  });

  it('moves between a model with windows and one without, searchable throughout and each with its own rows', async () => {
    const lib = await openInProcess({ isWordsOnly: true, chunking: { maxTokens: 700, overlapTokens: 0 } });
    const parts = Array.from({ length: 12 }, (_, i) => `On day ${i} the keeper wrote down wind, tide and sky.`);
    await lib.take({
      'log.md': `# Log\n\n${parts.join(' ').repeat(3)} The dog barked at the seals.\n`,
      'soup.md': '# Soup\n\nSimmer the haddock with leeks.\n',
    });
    const gate = new PauseGate();
    const builtIn = await createNodeEmbedder(join(PUBLIC_MODELS, BUILT_IN_MODEL_ID), findModel(BUILT_IN_MODEL_ID));
    const meaning = new Meaning({
      library: lib.library,
      searcher: lib.searcher,
      pause: lib.pause,
      modelKeyOf: (model) => model.modelId,
      createEmbedder: () => new EitherEmbedder(builtIn, new GatedEmbedder({ [LARGER.modelId]: gate })),
    });
    const rowsOf = async (modelKey: string): Promise<number[]> => {
      const chunkIds = [...lib.library.state.tables.values()].flatMap((table) => [...table.chunkIds]);
      return [...(await lib.searcher.readVectors(chunkIds, modelKey)).rowCounts].sort((a, b) => a - b);
    };
    await meaning.choose(findModel(BUILT_IN_MODEL_ID));
    await meaning.settled();
    expect(meaning.embeddedCount).toBe(2);
    const windowed = await rowsOf(BUILT_IN_MODEL_ID);
    expect(windowed[0]).toBe(1);
    expect(windowed[1]).toBeGreaterThan(5);
    const found = await findDense(lib, meaning, 'a hound made noise');
    expect(found).toBeGreaterThan(0);

    gate.pause();
    let inUse = '';
    await meaning.choose(LARGER, (model) => (inUse = model.modelId));
    expect(meaning.state).toMatchObject({ kind: 'switching', modelId: LARGER.modelId, total: 2 });
    expect(await findDense(lib, meaning, 'a hound made noise')).toBe(found);
    gate.resume();
    await expect.poll(() => inUse).toBe(LARGER.modelId);
    // Exact rows come in once the model is in use.
    await expect.poll(() => rowsOf(LARGER.modelId)).toEqual([1, 1]);
    expect(await findDense(lib, meaning, 'haddock')).toBeGreaterThan(0);

    await meaning.choose(findModel(BUILT_IN_MODEL_ID), (model) => (inUse = model.modelId));
    await expect.poll(() => inUse).toBe(BUILT_IN_MODEL_ID);
    await expect.poll(() => rowsOf(BUILT_IN_MODEL_ID)).toEqual(windowed);
    expect(await findDense(lib, meaning, 'a hound made noise')).toBe(found);
  });

  it('aligns single words with a model that can, in copied passages too, and no longer after a switch', async () => {
    const lib = await openInProcess({ isWordsOnly: true });
    await lib.take({
      'log.md': '# Log\n\nThe dog barked at the seals.\n',
      'soup.md': '# Soup\n\nSimmer the haddock.\n',
    });
    const builtIn = await createNodeEmbedder(join(PUBLIC_MODELS, BUILT_IN_MODEL_ID), findModel(BUILT_IN_MODEL_ID));
    const meaning = new Meaning({
      library: lib.library,
      searcher: lib.searcher,
      pause: lib.pause,
      modelKeyOf: (model) => model.modelId,
      createEmbedder: () => new EitherEmbedder(builtIn, new GatedEmbedder({})),
    });
    const alignments = async (): Promise<(number | undefined)[]> => {
      const query = 'hound and seals';
      const { vector, tokens } = (await meaning.readQuestion(query, { signal: never })) ?? {};
      const modelKey = lib.library.space?.modelKey;
      const { hits } = await lib.searcher.search({
        query,
        ...(vector && modelKey !== undefined && { queryVector: vector, modelKey }),
        ...(tokens && { queryTokens: tokens }),
        k: 5,
        candidateCount: 20,
        diversity: 0,
        mode: 'hybrid',
      });
      return hits.map(({ alignment }) => alignment);
    };
    await meaning.choose(findModel(BUILT_IN_MODEL_ID));
    await meaning.settled();
    const aligned = await alignments();
    // “seals” stands there itself, and something for “hound”.
    expect(aligned[0]).toBeGreaterThan(0.5);
    expect(aligned[1]).toBeLessThan(aligned[0]!);

    const table = [...lib.library.state.tables.values()].find(({ chunkIds }) => chunkIds.length > 0)!;
    const chunks = await lib.library.readChunks(table.chunkIds);
    const space = lib.library.space!;
    const { vectors } = await copyVectors(chunks, space, lib.library, lib.searcher);
    const { codes, exact } = vectors!.built;
    const original = await lib.searcher.readVectors(table.chunkIds, space.modelKey);
    expect(original.tokens?.ids.length).toBeGreaterThan(3);
    expect(decodeExactRows(exact, decodeVectorCodes(codes)).tokens).toEqual(original.tokens);

    let inUse = '';
    await meaning.choose(LARGER, (model) => (inUse = model.modelId));
    await expect.poll(() => inUse).toBe(LARGER.modelId);
    expect((await alignments()).every((value) => value === undefined)).toBe(true);
  });

  it('makes vectors anew when a new version of the model comes, and forgets the old ones', async () => {
    const lib = await filledLibrary();
    const versioned = (version: string): Meaning =>
      new Meaning({
        library: lib.library,
        searcher: lib.searcher,
        pause: lib.pause,
        modelKeyOf: (model) => `${model.modelId}|${version}`,
        isOutdatedKey: (key, model) => key.startsWith(`${model.modelId}|`) && key !== `${model.modelId}|${version}`,
        createEmbedder: () => new GatedEmbedder({}),
      });
    for (const version of ['first', 'second']) {
      const meaning = versioned(version);
      await meaning.choose(WORD_MODEL);
      await meaning.settled();
      expect(meaning.embeddedCount).toBe(lib.library.state.liveChunkCount);
      expect(await findDense(lib, meaning, 'granite')).toBeGreaterThan(0);
      const keys = lib.library.state.manifest.segments.flatMap((entry) => Object.keys(entry.vectors));
      expect(new Set(keys)).toEqual(new Set([`${WORD_MODEL.modelId}|${version}`]));
    }
  });

  it('goes on with the old model when the new one cannot be had', async () => {
    const lib = await filledLibrary();
    const meaning = meaningOver(lib);
    await meaning.choose(WORD_MODEL);
    await meaning.settled();
    await expect(meaning.choose({ ...LARGER, modelId: 'test/missing' })).rejects.toThrow('nowhere');
    expect(meaning.state).toMatchObject({ kind: 'ready', modelId: WORD_MODEL.modelId });
    expect(await findDense(lib, meaning, 'granite')).toBeGreaterThan(0);
  });

  it('says what is missing when there is no model at all, and words still work', async () => {
    const lib = await filledLibrary();
    const meaning = meaningOver(lib);
    await expect(meaning.choose({ ...LARGER, modelId: 'test/missing' })).rejects.toThrow('nowhere');
    expect(meaning.state).toMatchObject({ kind: 'unavailable', message: 'It is nowhere to be had.' });
    expect(await meaning.embedQuery('granite', { signal: never })).toBeUndefined();
  });

  it('is ready again once a pass that failed has been made good', async () => {
    const lib = await openInProcess({ isWordsOnly: true });
    await lib.take({ 'a.md': 'Herons nest in the alders.' });
    let isRefusing = true;
    const words = new WordEmbedder();
    const refusing: Embedder = {
      load: (model) => words.load(model),
      embed: (texts, kind) => words.embed(texts, kind),
      planBatches: (texts) => words.planBatches(texts),
      embedPassages: (texts) =>
        isRefusing ? Promise.reject(new StorageFullError('There is no room left.')) : words.embedPassages(texts),
      embedQuery: (text) => words.embedQuery(text),
      queryTokens: () => words.queryTokens(),
      tokenTable: () => words.tokenTable(),
      dispose: () => words.dispose(),
    };
    const meaning = new Meaning({
      library: lib.library,
      searcher: lib.searcher,
      pause: lib.pause,
      modelKeyOf: (model) => model.modelId,
      createEmbedder: () => refusing,
    });
    await meaning.choose(WORD_MODEL);
    await meaning.settled();
    expect(meaning.state).toMatchObject({ kind: 'unavailable', message: 'There is no room left.' });
    isRefusing = false;
    meaning.wake();
    await meaning.settled();
    expect(meaning.state.kind).toBe('ready');
    expect(meaning.embeddedCount).toBe(1);
  });
});
