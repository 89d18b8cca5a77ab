import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { writeStaticModel } from '../../../../scripts/train-model/export-onnx.ts';
import { InvalidInputError } from '../../../../src/domain/errors.ts';
import { createPlainPool, createRowPool, pooledRowCount } from '../../../../src/engine/embedding/row-pool.ts';
import { StaticModel } from '../../../../src/engine/embedding/static-model.ts';
import { createTokenAligner } from '../../../../src/engine/ranking/alignment.ts';
import { encodeOnnxModel } from '../../../fixtures/tiny-model/onnx-writer.ts';
import { randomNormal } from '../../../fixtures/tiny-model/random-normal.ts';
import { buildVocabulary, tokenizerJson } from '../../../fixtures/tiny-model/word-pieces.ts';

const DIMENSIONS = 64;
const vocabulary = buildVocabulary('lamp light garden river stone apple bread winter');
const tokenizer = tokenizerJson(vocabulary);
const ROWS = vocabulary.ids.size;
const table = normals(ROWS * DIMENSIONS, 3);

let folder: string;
let onnxBytes: Uint8Array;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'static-model-'));
  writeStaticModel(folder, { table, dimensions: DIMENSIONS, tokenizerJson: tokenizer, silentIds: [0, 1, 2, 3, 4] });
  onnxBytes = readFileSync(join(folder, 'onnx/model_q4.onnx'));
});
afterAll(() => rmSync(folder, { recursive: true }));

function normals(count: number, seed: number): Float32Array {
  const next = randomNormal(seed);
  return Float32Array.from({ length: count }, () => next());
}

function cosine(left: Float32Array, right: Float32Array): number {
  return left.reduce((sum, value, i) => sum + value * right[i]!, 0);
}

describe('a static model', () => {
  const lamp = 'lamp light ';

  it('tells the distinct tokens of each text, in order, without marks and unknown words', () => {
    const model = StaticModel.read(onnxBytes, tokenizer);
    const { tokens } = model.embedPassages(['stone lamp stone [SEP] 北 river', '', '北']);
    const ids = ['lamp', 'stone', 'river'].map((word) => vocabulary.ids.get(word)!).sort((a, b) => a - b);
    expect(tokens).toEqual({ ids: Uint16Array.from(ids), counts: Uint16Array.of(3, 0, 0) });
  });

  it('gives the table of its tokens, and the tokens of a question for it', () => {
    const model = StaticModel.read(onnxBytes, tokenizer);
    const aligner = createTokenAligner(model.tokenTable()!);
    const query = model.queryTokens('lamp garden', { lamp: 2, garden: 1 })!;
    const { tokens } = model.embedPassages(['garden lamp', 'lamp bread']);
    const [both, one = 1] = aligner.align(query, [tokens!.ids.subarray(0, 2), tokens!.ids.subarray(2)]);
    expect(both).toBeCloseTo(1, 6);
    const [garden, bread] = ['garden', 'bread'].map((word) => model.embedQuery(word));
    const nearest = Math.max(0, cosine(garden!, bread!), cosine(garden!, model.embedQuery('lamp')));
    expect(one).toBeCloseTo((2 + nearest) / 3, 4);
  });

  it('gives rows of length 1: the whole text, then its windows', () => {
    const model = StaticModel.read(onnxBytes, tokenizer, { windows: { tokens: 64, stride: 32 } });
    const texts = [lamp, lamp.repeat(32), lamp.repeat(33), lamp.repeat(100)];
    const { vectors, rowCounts } = model.embedPassages(texts);
    // 64 tokens are one window and have none of their own; 66 and 200 tokens begin one every 32.
    expect([...rowCounts]).toEqual([1, 1, 3, 7]);
    expect(vectors.length).toBe(12 * DIMENSIONS);
    for (let row = 0; row < 12; row++) {
      const vector = vectors.subarray(row * DIMENSIONS, (row + 1) * DIMENSIONS);
      expect(cosine(vector, vector)).toBeCloseTo(1, 5);
    }
  });

  it('gives a window the vector of its own text', () => {
    const model = StaticModel.read(onnxBytes, tokenizer, { windows: { tokens: 64, stride: 32 } });
    const words = ['lamp', 'garden', 'river', 'stone', 'apple', 'bread', 'winter'];
    const tokens = Array.from({ length: 150 }, (_, i) => words[(i * i) % 7]!);
    const { vectors, rowCounts } = model.embedPassages([tokens.join(' ')]);
    expect(rowCounts[0]).toBe(5);
    for (let window = 0; window < 4; window++) {
      const alone = model.embedQuery(tokens.slice(window * 32, window * 32 + 64).join(' '));
      expect([...vectors.subarray((window + 1) * DIMENSIONS, (window + 2) * DIMENSIONS)]).toEqual([...alone]);
    }
  });

  it('lets windows end between the starts of others', () => {
    const model = StaticModel.read(onnxBytes, tokenizer, { windows: { tokens: 48, stride: 32 } });
    const words = ['lamp', 'garden', 'river', 'stone', 'apple', 'bread', 'winter'];
    const tokens = Array.from({ length: 113 }, (_, i) => words[(i * i) % 7]!);
    const { vectors, rowCounts } = model.embedPassages([tokens.join(' '), tokens.slice(0, 112).join(' ')]);
    // 0–48, 32–80, 64–112 and, for one token more, 96–113.
    expect([...rowCounts]).toEqual([5, 4]);
    [0, 32, 64, 96].forEach((start, window) => {
      const alone = model.embedQuery(tokens.slice(start, start + 48).join(' '));
      expect([...vectors.subarray((window + 1) * DIMENSIONS, (window + 2) * DIMENSIONS)]).toEqual([...alone]);
    });
  });

  it('keeps to the float table it was made from', () => {
    const model = StaticModel.read(onnxBytes, tokenizer);
    const ids = ['lamp', 'garden', 'bread'].map((word) => vocabulary.ids.get(word)!);
    const sum = new Float32Array(DIMENSIONS);
    for (const id of ids) for (let d = 0; d < DIMENSIONS; d++) sum[d]! += table[id * DIMENSIONS + d]!;
    const length = Math.sqrt(cosine(sum, sum));
    expect(cosine(model.embedQuery('Lamp, garden? Bread!'), sum) / length).toBeLessThan(1);
    expect(cosine(model.embedQuery('lamp garden bread'), sum) / length).toBeGreaterThan(0.98);
  });

  it('weighs the words of a question as told', () => {
    const model = StaticModel.read(onnxBytes, tokenizer);
    const question = 'LAMP garden';
    const expectEqual = (left: Float32Array, right: Float32Array): void => {
      expect(cosine(left, right)).toBeCloseTo(1, 6);
    };
    expectEqual(model.embedQuery(question, { garden: 0 }), model.embedQuery('lamp'));
    expectEqual(model.embedQuery(question, { garden: 1, lamp: 1 }), model.embedQuery(question));
    expectEqual(model.embedQuery(question, { lamp: 5, garden: 5 }), model.embedQuery(question));
    const towardsLamp = cosine(model.embedQuery(question, { lamp: 3 }), model.embedQuery('lamp'));
    expect(towardsLamp).toBeGreaterThan(cosine(model.embedQuery(question), model.embedQuery('lamp')) + 0.1);
    // Weights that make no sense, and names of things every object has, change nothing.
    expectEqual(model.embedQuery(question, { lamp: NaN, garden: -1 }), model.embedQuery(question));
    expectEqual(model.embedQuery('constructor toString'), model.embedQuery('Constructor toString', {}));
  });

  it('gives zeros for texts without a known word', () => {
    const model = StaticModel.read(onnxBytes, tokenizer);
    const { vectors, rowCounts } = model.embedPassages(['', '   ', '😀', '[SEP]', '北']);
    expect([...rowCounts]).toEqual([1, 1, 1, 1, 1]);
    expect(vectors.every((value) => value === 0)).toBe(true);
    expect(model.embedQuery('😀').every((value) => value === 0)).toBe(true);
    expect(model.embedPassages([])).toMatchObject({ vectors: new Float32Array(0), rowCounts: new Uint16Array(0) });
  });

  it('cuts long texts at its limit', () => {
    const model = StaticModel.read(onnxBytes, tokenizer, { maxTokens: 100, windows: null });
    const cut = model.embedPassages([`${'lamp '.repeat(100)}${'garden '.repeat(5000)}`]);
    expect([...cut.rowCounts]).toEqual([1]);
    expect(cosine(cut.vectors, model.embedQuery('lamp'))).toBeCloseTo(1, 5);
    expect(model.countTokens(['lamp '.repeat(5000)])).toEqual([5000]);
  });

  it('refuses limits that make no sense', () => {
    for (const options of [
      { maxTokens: 0 },
      { maxTokens: 9000 },
      { maxTokens: NaN },
      { windows: { tokens: 16, stride: 32 } },
      { windows: { tokens: 64.5, stride: 32 } },
      { windows: { tokens: 64, stride: 0 } },
    ]) {
      expect(() => StaticModel.read(onnxBytes, tokenizer, options)).toThrow(InvalidInputError);
    }
  });
});

describe('a model file', () => {
  it('that is cut off or changed anywhere is refused or read, never more', () => {
    fc.assert(
      fc.property(fc.nat(onnxBytes.length - 1), fc.nat(255), (at, value) => {
        const changed = onnxBytes.slice();
        changed[at] = value;
        for (const bytes of [changed, onnxBytes.subarray(0, at)]) {
          try {
            StaticModel.read(bytes, tokenizer);
          } catch (error) {
            expect(error).toBeInstanceOf(InvalidInputError);
          }
        }
      }),
      { seed: 11, numRuns: 200, examples: [...Array(300).keys()].map((at): [number, number] => [at, 255]) },
    );
  });

  const weights = (rows: number, dimensions: number, scale = 1): Parameters<typeof encodeOnnxModel>[0]['weights'] => [
    { name: 'table', type: 'int4', shape: [rows, dimensions], values: new Uint8Array((rows * dimensions) / 2) },
    { name: 'scales', type: 'float', shape: [rows, 1], values: new Float32Array(rows).fill(scale) },
  ];
  const file = (
    change: { op?: string; block?: number; inputs?: string[]; weights?: ReturnType<typeof weights> } = {},
  ): Uint8Array =>
    encodeOnnxModel({
      name: 'table',
      nodes: [
        {
          op: change.op ?? 'GatherBlockQuantized',
          inputs: change.inputs ?? ['table', 'input_ids', 'scales'],
          outputs: ['last_hidden_state'],
          attributes: { gather_axis: 0, quantize_axis: 1, block_size: change.block ?? DIMENSIONS },
        },
      ],
      weights: change.weights ?? weights(ROWS, DIMENSIONS),
      inputs: [],
      outputs: [],
    });

  it('made by hand is read', () => {
    expect(StaticModel.read(file(), tokenizer).dimensions).toBe(DIMENSIONS);
  });

  it.each([
    ['nothing', new Uint8Array(0)],
    ['a text', new TextEncoder().encode('<!doctype html><title>Not found</title>')],
    ['another network', file({ op: 'Gather' })],
    ['a block that is not a row', file({ block: 32 })],
    ['a table that is missing', file({ inputs: ['other', 'input_ids', 'scales'] })],
    ['one more input', file({ inputs: ['table', 'input_ids', 'scales', 'table'] })],
    ['too few rows for its tokenizer', file({ weights: weights(ROWS - 1, DIMENSIONS) })],
    ['a scale that is no number', file({ weights: weights(ROWS, DIMENSIONS, NaN) })],
    ['dimensions that do not fill a register', file({ block: 48, weights: weights(ROWS, 48) })],
    ['scales for other rows', file({ weights: [weights(ROWS, DIMENSIONS)[0]!, weights(ROWS - 1, DIMENSIONS)[1]!] })],
  ])('with %s is refused', (_, bytes) => {
    expect(() => StaticModel.read(bytes, tokenizer)).toThrow(InvalidInputError);
  });
});

describe('sums of rows', () => {
  it('are the same in vector instructions and in plain code', () => {
    const shapes = fc.record({
      maxTokens: fc.integer({ min: 1, max: 300 }),
      blockTokens: fc.integer({ min: 1, max: 40 }),
      windowBlocks: fc.integer({ min: 0, max: 3 }),
      strideBlocks: fc.integer({ min: 1, max: 3 }),
      lots: fc.integer({ min: 1, max: 5 }),
      seed: fc.nat(),
    });
    fc.assert(
      fc.property(shapes, ({ lots, seed, ...drawn }) => {
        // Windows leave no gaps.
        const shape = { ...drawn, strideBlocks: Math.max(1, Math.min(drawn.strideBlocks, drawn.windowBlocks)) };
        const dimensions = lots * 32;
        const next = randomNormal(seed);
        const rows = 50;
        const packed = Uint8Array.from({ length: (rows * dimensions) / 2 }, () => Math.floor(next() * 1000) & 255);
        const fast = createRowPool({ rows, dimensions, packed }, shape);
        const plain = createPlainPool({ rows, dimensions, packed }, shape);
        for (const count of [shape.maxTokens, shape.maxTokens >> 1, 1, 0]) {
          for (const pool of [fast, plain]) {
            const draw = randomNormal(seed + count);
            for (let i = 0; i < count; i++) {
              pool.ids[i] = Math.abs(Math.floor(draw() * 1000)) % rows;
              pool.weights[i] = Math.max(-32767, Math.min(32767, Math.round(draw() * 15000)));
            }
          }
          const [left, right] = [fast.pool(count), plain.pool(count)];
          expect(left.length).toBe(pooledRowCount(count, shape) * dimensions);
          expect(left.length).toBe(right.length);
          for (let i = 0; i < left.length; i++) expect(Math.abs(left[i]! - right[i]!)).toBeLessThan(1e-6);
        }
      }),
      { seed: 5, numRuns: 100 },
    );
  });

  it('run in vector instructions here', () => {
    const rows = { rows: 1, dimensions: 32, packed: new Uint8Array(16) };
    const shape = { maxTokens: 4, blockTokens: 2, windowBlocks: 0, strideBlocks: 1 };
    // The kernel's places lie in memory that WebAssembly owns and nothing else can shrink or grow.
    expect(createRowPool(rows, shape).ids.buffer.byteLength % 65536).toBe(0);
    expect(createPlainPool(rows, shape).ids.buffer.byteLength).toBe(16);
  });
});
