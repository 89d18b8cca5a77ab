import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createNodeEmbedder } from '../../../scripts/node-embedder.ts';
import { readPairs, trainingFiles } from '../../../scripts/train-model/corpus.ts';
import { evaluateOn } from '../../../scripts/train-model/evaluate.ts';
import { writeStaticModel } from '../../../scripts/train-model/export-onnx.ts';
import { OverlapCheck } from '../../../scripts/train-model/overlap.ts';
import { tokenisePairs } from '../../../scripts/train-model/pairs.ts';
import { Random } from '../../../scripts/train-model/random.ts';
import { recipeFrom } from '../../../scripts/train-model/recipe.ts';
import { trimTokenizer } from '../../../scripts/train-model/tokenizer.ts';
import { trainTable } from '../../../scripts/train-model/trainer.ts';
import { StaticModel } from '../../../src/engine/embedding/static-model.ts';
import { WordPiece } from '../../../src/engine/embedding/word-piece.ts';
import { buildVocabulary, tokenizerJson } from '../../fixtures/tiny-model/word-pieces.ts';

/** Pairs of words that mean the same here and never stand in one text: only training can bring them together. */
const TWINS = [
  ['sofa', 'couch'],
  ['physician', 'doctor'],
  ['automobile', 'car'],
  ['infant', 'baby'],
  ['autumn', 'fall'],
  ['purchase', 'buy'],
  ['garbage', 'rubbish'],
  ['repair', 'mend'],
  ['error', 'mistake'],
  ['movie', 'film'],
  ['shop', 'store'],
  ['gift', 'present'],
] as const;
const FILLERS = ['the', 'is', 'of', 'and', 'with', 'in', 'a', 'to'];

let folder: string;
let corpus: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'train-model-'));
  corpus = join(folder, 'pairs');
  mkdirSync(corpus);
  const random = new Random(3);
  for (const [file, count] of [
    ['first', 300],
    ['second', 200],
    ['sa_third', 100],
  ] as const) {
    const lines = Array.from({ length: count }, (_, line) => {
      const filler = (): string => FILLERS[random.integer(FILLERS.length)]!;
      const [left, right] = [TWINS[random.integer(TWINS.length)]!, TWINS[random.integer(TWINS.length)]!];
      return JSON.stringify({
        kind: 'made',
        query: `${filler()} ${left[0]} ${filler()} ${right[0]}`,
        text: `${filler()} ${filler()} ${left[1]} ${filler()} ${right[1]} ${filler()} ${line}`,
        source: `${file}/${line}`,
      });
    });
    writeFileSync(join(corpus, `${file}.jsonl.gz`), gzipSync(lines.join('\n')));
  }
});
afterAll(() => rmSync(folder, { recursive: true }));

const tokenizer = trimTokenizer(tokenizerJson(buildVocabulary(`${TWINS.flat().join(' ')} anna ben`)));
const recipe = recipeFrom({
  dimensions: '64',
  steps: '40',
  batch: '64',
  'learning-rate': '0.02',
  'text-tokens': '32',
});

async function train(name: string, { threads, seed }: { readonly threads: number; readonly seed: number }) {
  const wordPiece = WordPiece.read(tokenizer.json);
  const pairs = tokenisePairs(trainingFiles(corpus, recipe), wordPiece, {
    ...recipe,
    held: new OverlapCheck(),
    log: () => undefined,
  });
  const losses: number[] = [];
  const table = await trainTable(pairs, {
    recipe: { ...recipe, seed },
    wordPiece,
    threads,
    onStep: (_, loss) => losses.push(loss),
  });
  const out = join(folder, name);
  writeStaticModel(out, {
    table,
    dimensions: recipe.dimensions,
    tokenizerJson: tokenizer.json,
    silentIds: tokenizer.markIds,
  });
  return { losses, out, onnx: readFileSync(join(out, 'onnx/model_q4.onnx')) };
}

function cosine(left: Float32Array, right: Float32Array): number {
  return left.reduce((sum, value, i) => sum + value * right[i]!, 0);
}

describe('training a small model', () => {
  it('lowers the loss, brings words of one meaning together and gives files both engines read alike', async () => {
    const { losses, out, onnx } = await train('model', { threads: 2, seed: 1 });
    const mean = (part: readonly number[]): number => part.reduce((sum, loss) => sum + loss, 0) / part.length;
    expect(mean(losses.slice(-5))).toBeLessThan(mean(losses.slice(0, 5)) / 2);

    const model = StaticModel.read(onnx, JSON.parse(readFileSync(join(out, 'tokenizer.json'), 'utf8')));
    let nearest = 0;
    for (const [word] of TWINS) {
      const vector = model.embedQuery(word);
      const cosines = TWINS.map(([, twin]) => cosine(vector, model.embedQuery(twin)));
      if (TWINS[cosines.indexOf(Math.max(...cosines))]![0] === word) nearest++;
    }
    expect(nearest).toBeGreaterThanOrEqual(11);

    // It sets up the runtime, so transformers.js is loaded after it.
    const theirs = await createNodeEmbedder(out, {
      modelId: 'model',
      label: 'Trained here',
      dimensions: 64,
      maxTokens: 512,
      queryPrefix: '',
      passagePrefix: '',
      pooling: 'mean',
      architecture: 'transformer',
      dtype: 'q4',
      sizeBytes: 0,
      languages: 'english',
      licence: '',
      relevanceFloor: 0,
    });
    const texts = ['the sofa, the physician', 'Café “autumn” movie 42', 'buy a gift in the shop '.repeat(12)];
    const expected = await theirs.embed(texts);
    await theirs.dispose();
    const { pipeline } = await import('@huggingface/transformers');
    const embed = await pipeline('feature-extraction', 'model', { dtype: 'q4', device: 'auto' });
    const piped = await embed(texts, { pooling: 'mean', normalize: true });
    expect(piped.dims).toEqual([3, 64]);
    texts.forEach((text, row) => {
      const ours = model.embedPassages([text]).vectors.subarray(0, 64);
      for (let d = 0; d < 64; d++) {
        expect(Math.abs(ours[d]! - expected[row * 64 + d]!)).toBeLessThan(1e-4);
        expect(Math.abs(ours[d]! - Number(piped.data[row * 64 + d]))).toBeLessThan(1e-4);
      }
    });
    await embed.dispose();
  });

  it('gives the same bytes for the same seed on any number of threads, and others for another', async () => {
    const one = await train('one', { threads: 1, seed: 1 });
    const three = await train('three', { threads: 3, seed: 1 });
    const other = await train('other', { threads: 2, seed: 2 });
    expect(three.losses).toEqual(one.losses);
    expect(three.onnx.equals(one.onnx)).toBe(true);
    expect(other.onnx.equals(one.onnx)).toBe(false);
  });

  it('scores a collection it was not trained on', async () => {
    const { onnx } = await train('scored', { threads: 1, seed: 1 });
    const collection = join(folder, 'dev');
    mkdirSync(collection);
    const documents = TWINS.map(([, twin], id) => JSON.stringify({ _id: `d${id}`, title: '', text: `the ${twin} is` }));
    const queries = TWINS.map(([word], id) => JSON.stringify({ _id: `q${id}`, text: `a ${word}` }));
    writeFileSync(join(collection, 'corpus.jsonl'), documents.join('\n'));
    writeFileSync(join(collection, 'queries.jsonl'), queries.join('\n'));
    writeFileSync(join(collection, 'qrels.tsv'), TWINS.map((_, id) => `q${id}\td${id}\t1`).join('\n'));
    const score = evaluateOn(collection, StaticModel.read(onnx, tokenizer.json));
    expect(score).toMatchObject({ name: 'dev', queries: 12 });
    expect(score.ndcg).toBeGreaterThan(0.9);
    expect(score.ndcg).toBeLessThanOrEqual(1);
  });
});

describe('the training corpus', () => {
  it('leaves share-alike files out unless asked', () => {
    const names = (paths: readonly string[]): string[] => paths.map((path) => path.slice(corpus.length + 1));
    expect(names(trainingFiles(corpus, { shareAlike: false }))).toEqual(['first.jsonl.gz', 'second.jsonl.gz']);
    expect(names(trainingFiles(corpus, { shareAlike: true }))).toContain('sa_third.jsonl.gz');
  });

  it.each([
    ['judgements', 'mine', 'qrels.tsv'],
    ['judgements in a folder', 'mine2', 'qrels/test.tsv'],
    ['a corpus to search', 'mine3', 'corpus.jsonl.gz'],
    ['the name of a test collection', 'SciFact', 'first.jsonl.gz'],
    ['a file with such a name', 'mine4', 'locomo10.jsonl.gz'],
    ['a test collection inside', 'mine5', 'inner/queries.jsonl'],
    ['no training files', 'mine6', 'notes.txt'],
  ])('is refused with %s', (_, name, file) => {
    const path = join(folder, 'refused', name);
    mkdirSync(join(path, file, '..'), { recursive: true });
    writeFileSync(join(path, 'fine.jsonl.gz.txt'), '');
    if (name !== 'mine6') writeFileSync(join(path, 'good.jsonl.gz'), gzipSync(''));
    writeFileSync(join(path, file), '');
    expect(() => trainingFiles(path, { shareAlike: false })).toThrow(/not trained on|no training files/);
  });

  it('is refused when its lines are those of a test collection, or damaged', () => {
    const write = (line: string): string => {
      const path = join(folder, 'lines.jsonl.gz');
      writeFileSync(path, gzipSync(line));
      return path;
    };
    expect(() => [...readPairs(write('{"_id":"1","query":"a","text":"b","source":"c"}'))]).toThrow(/not trained on/);
    expect(() => [...readPairs(write('{"query":"a","text":7,"source":"c"}'))]).toThrow(/lines\.jsonl\.gz:1/);
    expect(() => [...readPairs(write('{"query":'))]).toThrow(/lines\.jsonl\.gz:1 is not JSON/);
  });

  it('is read without unknown words, with its share of WordNet and without what is held out', () => {
    const path = (name: string, lines: number): string => {
      const file = join(folder, `${name}.jsonl.gz`);
      const line = (i: number): string =>
        JSON.stringify({ query: 'sofa 北', text: `couch 北 car ${i}`, source: `s${i}` });
      writeFileSync(file, gzipSync(Array.from({ length: lines }, (_, i) => line(i)).join('\n')));
      return file;
    };
    const read = (file: string, held = new OverlapCheck()): ReturnType<typeof tokenisePairs> =>
      tokenisePairs([file], WordPiece.read(tokenizer.json), { ...recipe, held, log: () => undefined });
    const wordnet = read(path('wordnet_new', 100));
    expect(wordnet.texts.count).toBe(50);
    const ids = WordPiece.read(tokenizer.json);
    expect([...wordnet.queries.ids.subarray(0, wordnet.queries.offsets[1])]).toEqual([...ids.encode('sofa')]);
    expect([...wordnet.texts.ids.subarray(0, wordnet.texts.offsets[1])]).toEqual([...ids.encode('couch car 0')]);
    const others = read(path('others', 1000));
    expect(others.texts.count).toBeGreaterThan(700);
    expect(others.texts.count).toBeLessThan(1000);
    // Whole stretches of dialogues: of 1,000 lines four stretches of 50.
    expect(read(path('taskmaster_new', 1000)).texts.count).toBe(800);
  });

  it('loses the pairs whose words are in a collection kept for development', () => {
    const held = new OverlapCheck();
    held.add('One two three four five six seven, eight nine ten eleven twelve thirteen.');
    expect(held.overlaps('so: ONE two three four five six seven eight nine ten eleven twelve')).toBe(true);
    expect(held.overlaps('x two three four five six seven eight nine ten eleven twelve thirteen y')).toBe(true);
    expect(held.overlaps('two three four five six seven eight nine ten eleven twelve')).toBe(false);
    expect(held.overlaps('one three two four five six seven eight nine ten eleven twelve x')).toBe(false);
    expect(held.overlaps('')).toBe(false);
  });
});

describe('a recipe', () => {
  it('takes changes by name and refuses what makes no sense', () => {
    expect(recipeFrom({ 'learning-rate': '0.01', 'share-alike': 'true' })).toMatchObject({
      learningRate: 0.01,
      shareAlike: true,
      dimensions: 512,
    });
    for (const changes of [
      { nonsense: '1' },
      { toString: '1' },
      { steps: 'many' },
      { steps: '' },
      { steps: '1.5' },
      { dimensions: '100' },
      { batch: '50' },
      { temperature: '0.001' },
      { 'crop-min': '60' },
    ]) {
      expect(() => recipeFrom(changes as Record<string, string>)).toThrow(Error);
    }
  });
});
