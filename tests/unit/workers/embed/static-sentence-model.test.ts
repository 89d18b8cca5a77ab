import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { createNodeEmbedder, loadNodeEmbedder, type NodeEmbedder } from '../../../../scripts/node-embedder.ts';
import { ModelUnavailableError } from '../../../../src/domain/errors.ts';
import { BUILT_IN_MODEL_ID, findModel } from '../../../../src/platform/compute/models.ts';
import type { ModelFiles } from '../../../../workers/embed/model-files.ts';
import { StaticSentenceModel } from '../../../../workers/embed/static-sentence-model.ts';

const MODEL = findModel(BUILT_IN_MODEL_ID);
const FOLDER = join(import.meta.dirname, '../../../../public/models', BUILT_IN_MODEL_ID);
const { dimensions } = MODEL;

/** The files of the built-in model, with some of them changed; `undefined` takes a file away. */
function filesWith(changed: Readonly<Record<string, Uint8Array<ArrayBuffer> | undefined>> = {}): ModelFiles {
  const fetchFile = async (path: string): Promise<Response> => {
    const isChanged = Object.hasOwn(changed, path);
    const file = join(FOLDER, path);
    const bytes = isChanged ? changed[path] : existsSync(file) ? new Uint8Array(await readFile(file)) : undefined;
    return bytes === undefined ? new Response(null, { status: 404 }) : new Response(bytes);
  };
  return {
    fetch: fetchFile,
    readJson: async (path) => {
      const response = await fetchFile(path);
      if (response.status === 404) return undefined;
      const value: unknown = await response.json();
      return typeof value === 'object' && value !== null ? value : undefined;
    },
  };
}

async function weights(): Promise<Uint8Array<ArrayBuffer>> {
  return new Uint8Array(await readFile(join(FOLDER, 'onnx/model_q4.onnx')));
}

describe('loading a static model', () => {
  it.each([
    ['weights that are cut off', async () => ({ 'onnx/model_q4.onnx': (await weights()).slice(0, 100_000) })],
    ['a page in place of weights', () => ({ 'onnx/model_q4.onnx': new TextEncoder().encode('<html></html>') })],
    ['empty weights', () => ({ 'onnx/model_q4.onnx': new Uint8Array(0) })],
    ['a tokenizer of another kind', () => ({ 'tokenizer.json': new TextEncoder().encode('{"model":{}}') })],
  ])('refuses %s as damaged', async (_, change) => {
    const loading = StaticSentenceModel.load(MODEL, filesWith(await change()));
    await expect(loading).rejects.toBeInstanceOf(ModelUnavailableError);
    await expect(loading).rejects.toThrow(/damaged.*Your library is safe/);
  });

  it.each(['tokenizer.json', 'onnx/model_q4.onnx'])('says that %s is missing', async (path) => {
    const loading = StaticSentenceModel.load(MODEL, filesWith({ [path]: undefined }));
    await expect(loading).rejects.toBeInstanceOf(ModelUnavailableError);
    await expect(loading).rejects.toThrow(`its ${path} is missing`);
  });

  it('refuses a table of other dimensions than the model should have', async () => {
    const loading = StaticSentenceModel.load({ ...MODEL, dimensions: 256 }, filesWith());
    await expect(loading).rejects.toBeInstanceOf(ModelUnavailableError);
    await expect(loading).rejects.toThrow(`${dimensions} numbers per word where 256 were expected`);
  });
});

describe('the built-in model', () => {
  let embedder: NodeEmbedder;

  beforeAll(async () => {
    embedder = await createNodeEmbedder(FOLDER, MODEL);
  });

  it('is known by its config where only a folder is given', async () => {
    const loaded = await loadNodeEmbedder(FOLDER);
    expect(loaded.model).toBe(MODEL.modelId);
    expect(loaded.dimensions).toBe(dimensions);
    const [text] = ['The lamp was lit at ten past four.'];
    expect(await loaded.embedPassages([text])).toEqual(await embedder.embedPassages([text]));
  });

  it('gives a short text one row and a long one a row for each window as well, all of length 1', async () => {
    const words = 'the lighthouse keeper wound the clockwork before the storm reached the rocky island ';
    const texts = [words, words.repeat(20)];
    const { vectors, rowCounts } = await embedder.embedPassages(texts);
    expect(rowCounts[0]).toBe(1);
    expect(rowCounts[1]).toBeGreaterThan(4);
    expect(vectors).toHaveLength(((rowCounts[0] ?? 0) + (rowCounts[1] ?? 0)) * dimensions);
    for (let at = 0; at < vectors.length; at += dimensions) {
      expect(Math.hypot(...vectors.subarray(at, at + dimensions))).toBeCloseTo(1, 4);
    }
    expect((await embedder.embed(texts)).subarray(dimensions)).toEqual(vectors.subarray(dimensions, 2 * dimensions));
  });

  it.each(['', '   \n', '\u{13000}\u{13001}', '\u0000'])(
    'gives zeros for %j, in which it knows nothing',
    async (text) => {
      const { vectors, rowCounts } = await embedder.embedPassages([text]);
      expect([...rowCounts]).toEqual([1]);
      expect(vectors.every((value) => value === 0)).toBe(true);
      expect((await embedder.embedQuery(text)).every((value) => value === 0)).toBe(true);
    },
  );

  it('reads of a text of 100,000 characters what its limit allows, in bounded space', async () => {
    const { vectors, rowCounts } = await embedder.embedPassages(['harbour light '.repeat(7143)]);
    const windows = MODEL.windows ?? { tokens: NaN, stride: NaN };
    expect(rowCounts[0]).toBeLessThanOrEqual(1 + Math.ceil(MODEL.maxTokens / windows.stride));
    expect(vectors.every((value) => Number.isFinite(value))).toBe(true);
  });

  it('lets rare words of the library count for more in a question', async () => {
    const question = 'storm lantern';
    const towards = async (weights: Record<string, number>): Promise<number> => {
      const query = await embedder.embedQuery(question, weights);
      const [lantern] = [await embedder.embedQuery('lantern')];
      return query.reduce((sum, value, d) => sum + value * (lantern[d] ?? 0), 0);
    };
    const even = await towards({});
    expect(await towards({ storm: 1, lantern: 9 })).toBeGreaterThan(even + 0.05);
    expect(await towards({ storm: 9, lantern: 1 })).toBeLessThan(even - 0.05);
    expect(await towards({ storm: 5, lantern: 5 })).toBeCloseTo(even, 3);
  });

  it('plans batches in reading order, all texts once', () => {
    const texts = Array.from({ length: 300 }, (_, i) => `text ${i}`);
    const batches = embedder.planBatches(texts);
    expect(batches.flat()).toEqual([...texts.keys()]);
    expect(Math.max(...batches.map(({ length }) => length))).toBeLessThan(200);
  });
});
