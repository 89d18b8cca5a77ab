import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createNodeEmbedder, type NodeEmbedder } from '../../../../scripts/node-embedder.ts';
import { writeTinyModel } from '../../../../scripts/make-tiny-model.ts';
import { ModelUnavailableError } from '../../../../src/domain/errors.ts';

const OPTIONS = { modelId: 'test/tiny', dimensions: 32, seed: 7 };

function cosine(vectors: Float32Array, i: number, j: number, dimensions: number): number {
  let sum = 0;
  for (let d = 0; d < dimensions; d++) sum += (vectors[i * dimensions + d] ?? 0) * (vectors[j * dimensions + d] ?? 0);
  return sum;
}

describe('a tiny model made by the generator', () => {
  const folder = mkdtempSync(join(tmpdir(), 'tiny-model-'));
  const model = writeTinyModel(folder, OPTIONS);
  let embedder: NodeEmbedder;

  beforeAll(async () => {
    embedder = await createNodeEmbedder(join(folder, model.modelId), model);
  });

  afterAll(async () => {
    await embedder.dispose();
    rmSync(folder, { recursive: true });
  });

  it('is the same to the byte for the same options', () => {
    const again = mkdtempSync(join(tmpdir(), 'tiny-model-'));
    writeTinyModel(again, OPTIONS);
    for (const path of ['tokenizer.json', 'onnx/model.onnx']) {
      expect(readFileSync(join(again, 'test/tiny', path)).equals(readFileSync(join(folder, 'test/tiny', path)))).toBe(
        true,
      );
    }
    rmSync(again, { recursive: true });
  });

  it('gives vectors of length 1 in which shared words mean closeness', async () => {
    const vectors = await embedder.embed([
      'The boiler was repaired in March.',
      'Who repaired the boiler?',
      'Basil needs sun.',
    ]);
    expect(vectors).toHaveLength(3 * 32);
    expect(cosine(vectors, 0, 0, 32)).toBeCloseTo(1, 5);
    expect(cosine(vectors, 0, 1, 32)).toBeGreaterThan(0.6);
    expect(cosine(vectors, 0, 1, 32)).toBeGreaterThan(cosine(vectors, 0, 2, 32) + 0.2);
  });

  it('gives each text the vector it has alone, whatever it is batched with', async () => {
    const texts = Array.from({ length: 60 }, (_, i) => `note ${i} ${'about garden and boiler '.repeat((i * 37) % 50)}`);
    const together = await embedder.embed(texts);
    for (const i of [0, 13, 31, 59]) {
      const alone = await embedder.embed([texts[i] ?? '']);
      for (let d = 0; d < 32; d++) expect(together[i * 32 + d]).toBeCloseTo(alone[d] ?? NaN, 5);
    }
  });

  it('cuts a text that is longer than the model reads, and keeps its closing mark', async () => {
    const long = 'garden '.repeat(2000);
    const vectors = await embedder.embed([long, `${long} boiler`]);
    expect(cosine(vectors, 0, 1, 32)).toBeCloseTo(1, 6);
  });

  it('embeds an empty text and a text of unknown signs as finite vectors', async () => {
    const vectors = await embedder.embed(['', '漢字', 'boiler']);
    expect(vectors.every((value) => Number.isFinite(value))).toBe(true);
  });

  it('gives a passage that is longer than the model reads a row for the whole and one for each part', async () => {
    const start = 'garden '.repeat(130);
    const { vectors, rowCounts } = await embedder.embedPassages(['boiler', `${start}${'boiler '.repeat(130)}`]);
    expect([...rowCounts]).toEqual([1, 3]);
    const [boiler, whole, first, second] = [0, 1, 2, 3];
    // 780 tokens in two parts of 390: the first is all garden, the second all boiler, and the whole is between them.
    expect(cosine(vectors, boiler, second, 32)).toBeGreaterThan(0.99);
    expect(cosine(vectors, boiler, first, 32)).toBeLessThan(0.9);
    expect(cosine(vectors, whole, first, 32)).toBeCloseTo(cosine(vectors, whole, second, 32), 4);
    expect(cosine(vectors, whole, whole, 32)).toBeCloseTo(1, 5);
  });

  it('plans batches of like lengths, each text once, that a question need not wait long for', () => {
    const texts = Array.from({ length: 40 }, (_, i) => 'garden '.repeat(1 + ((i * 37) % 300)));
    const batches = embedder.planBatches(texts);
    expect(batches.flat().sort((a, b) => a - b)).toEqual([...texts.keys()]);
    const lengths = embedder.countTokens(texts).map((count) => count + 2);
    const paddedOf = (batch: readonly number[]): number =>
      batch.length * Math.max(...batch.map((index) => lengths[index] ?? 0));
    for (const batch of batches) expect(batch.length === 1 || paddedOf(batch) <= 256).toBe(true);
    const padded = batches.reduce((sum, batch) => sum + paddedOf(batch), 0);
    expect(padded / lengths.reduce((sum, length) => sum + length, 0)).toBeLessThan(1.1);
  });

  it('counts tokens without marks', () => {
    expect(embedder.countTokens(['the', '', 'abcd'])).toEqual([1, 0, 2]);
  });

  it('refuses weights of another size than the model should have', async () => {
    const wrong = createNodeEmbedder(join(folder, model.modelId), { ...model, dimensions: 64 });
    await expect(wrong).rejects.toBeInstanceOf(ModelUnavailableError);
  });

  it('refuses damaged weights', async () => {
    const other = writeTinyModel(folder, { ...OPTIONS, modelId: 'test/damaged' });
    const path = join(folder, 'test/damaged/onnx/model_quantized.onnx');
    writeFileSync(path, readFileSync(path).subarray(0, 5000));
    await expect(createNodeEmbedder(join(folder, 'test/damaged'), other)).rejects.toThrow();
  });
});
