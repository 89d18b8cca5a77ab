import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { writeTinyCrossEncoder, writeTinyModel } from '../../../../scripts/make-tiny-model.ts';
import { createNodeReranker } from '../../../../scripts/node-embedder.ts';

const WORDS = 'the boiler was repaired in march basil needs sun who granite heron';

describe('a cross-encoder', () => {
  const folder = mkdtempSync(join(tmpdir(), 'cross-encoder-'));
  const model = writeTinyCrossEncoder(folder, {
    modelId: 'test/cross',
    likedWords: 'granite heron',
    vocabularyText: WORDS,
  });

  afterAll(() => {
    rmSync(folder, { recursive: true });
  });

  it('scores each passage as it would alone, whatever it is batched with', async () => {
    const reranker = await createNodeReranker(join(folder, model.modelId), model);
    const passages = ['the boiler', 'granite heron granite', '', `${'basil '.repeat(30)} heron`];
    const scores = await reranker.score('who repaired the granite boiler', passages);
    expect([...scores]).toEqual([0, 3, 0, 1]);
    for (const [at, passage] of passages.entries()) {
      expect([...(await reranker.score('who repaired the granite boiler', [passage]))]).toEqual([scores[at]]);
    }
    await reranker.dispose();
  });

  it('cuts long passages and long questions, so that both have room', async () => {
    const reranker = await createNodeReranker(join(folder, model.modelId), model);
    const long = 'basil '.repeat(5000);
    const scores = await reranker.score(long, [`heron ${long}`, `${long} heron`]);
    expect([...scores]).toEqual([1, 0]);
    await reranker.dispose();
  });

  it('that is another kind of model, or damaged, is refused', async () => {
    const sentences = writeTinyModel(folder, { modelId: 'test/sentences', dimensions: 8, seed: 1 });
    await expect(
      createNodeReranker(join(folder, sentences.modelId), { ...model, modelId: sentences.modelId }),
    ).rejects.toThrow();
    const broken = writeTinyCrossEncoder(folder, { modelId: 'test/broken', likedWords: '', vocabularyText: WORDS });
    writeFileSync(join(folder, 'test/broken/onnx/model_quantized.onnx'), 'not a model');
    await expect(createNodeReranker(join(folder, broken.modelId), broken)).rejects.toThrow();
  });
});
