import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { EmbeddingModel } from '../src/domain/embedding-model.ts';
import type { RerankerModel } from '../src/domain/reranker-model.ts';
import { encodeOnnxModel } from '../tests/fixtures/tiny-model/onnx-writer.ts';
import { encodeRandomBert, MINILM_SHAPE, type BertShape } from '../tests/fixtures/tiny-model/random-bert.ts';
import { randomNormal } from '../tests/fixtures/tiny-model/random-normal.ts';
import { buildVocabulary, TOKENIZER_CONFIG, tokenizerJson } from '../tests/fixtures/tiny-model/word-pieces.ts';

export interface TinyModelOptions {
  /** Also the folder below `modelsFolder`. A known model's id makes the app take it for that model. */
  readonly modelId: string;
  readonly dimensions: number;
  readonly seed: number;
  /** Words of this text get vectors of their own, which makes words unlike each other; without it, pairs of letters do. */
  readonly vocabularyText?: string;
}

/** Length of the vectors of words that say nothing about a text's subject. */
const FAINT = 0.05;

/**
 * Writes a whole sentence model in the layout of transformers.js into `<modelsFolder>/<modelId>/`: a table of
 * pseudo-random vectors, one per word piece, that the usual mean pooling sums up. Texts that share words are similar;
 * it knows nothing of meaning. The same options give the same bytes. Returns the model as data.
 */
export function writeTinyModel(modelsFolder: string, options: TinyModelOptions): EmbeddingModel {
  const { modelId, dimensions, seed } = options;
  const vocabulary = buildVocabulary(options.vocabularyText);
  const rows = vocabulary.ids.size;
  const next = randomNormal(seed);
  const table = new Float32Array(rows * dimensions);
  for (let id = 0; id < rows; id++) {
    const length = vocabulary.faint.has(id) ? FAINT : 1;
    for (let d = 0; d < dimensions; d++) table[id * dimensions + d] = next() * length;
  }
  const weights = encodeOnnxModel({
    name: 'table',
    nodes: [{ op: 'Gather', inputs: ['table', 'input_ids'], outputs: ['last_hidden_state'], attributes: { axis: 0 } }],
    weights: [{ name: 'table', type: 'float', shape: [rows, dimensions], values: table }],
    inputs: [{ name: 'input_ids', type: 'int64', shape: ['batch', 'tokens'] }],
    outputs: [{ name: 'last_hidden_state', type: 'float', shape: ['batch', 'tokens', dimensions] }],
  });
  const config = {
    architectures: ['BertModel'],
    model_type: 'bert',
    hidden_size: dimensions,
    vocab_size: rows,
    num_hidden_layers: 0,
    num_attention_heads: 1,
    intermediate_size: dimensions,
    max_position_embeddings: 512,
    pad_token_id: 0,
  };
  writeModelFiles(join(modelsFolder, modelId), {
    'config.json': config,
    'tokenizer.json': tokenizerJson(vocabulary),
    'tokenizer_config.json': TOKENIZER_CONFIG,
    // The same table under both names, so that it can stand in for a model of either number format.
    'onnx/model.onnx': weights,
    'onnx/model_quantized.onnx': weights,
  });
  return {
    modelId,
    label: 'Tiny test model',
    dimensions,
    maxTokens: 512,
    queryPrefix: '',
    passagePrefix: '',
    pooling: 'mean',
    architecture: 'transformer',
    dtype: 'q8',
    sizeBytes: weights.length,
    languages: 'english',
    licence: 'Apache-2.0',
    relevanceFloor: 0.3,
  };
}

/**
 * Writes a model of MiniLM's size and shape with random weights into `<modelsFolder>/<modelId>/`, for measuring how
 * fast a real one runs: 23 MB as `q8`, 90 MB as `fp32`. Its vectors mean nothing. Takes some seconds. Its vocabulary
 * is small, so a text has more tokens than under the real tokenizer unless `vocabularyText` has the text's words.
 */
export function writeRandomBert(
  modelsFolder: string,
  options: {
    readonly modelId: string;
    readonly seed: number;
    readonly dtype: 'q8' | 'fp32';
    readonly vocabularyText?: string;
    /** Default: that of MiniLM. */
    readonly shape?: BertShape;
  },
): EmbeddingModel {
  const { modelId, seed, dtype } = options;
  const { shape = MINILM_SHAPE } = options;
  const { hidden, layers, heads, inner, vocabulary, positions } = shape;
  const weights = encodeRandomBert(shape, dtype, seed);
  writeModelFiles(join(modelsFolder, modelId), {
    'config.json': {
      architectures: ['BertModel'],
      model_type: 'bert',
      hidden_size: hidden,
      vocab_size: vocabulary,
      num_hidden_layers: layers,
      num_attention_heads: heads,
      intermediate_size: inner,
      max_position_embeddings: positions,
      pad_token_id: 0,
    },
    'tokenizer.json': tokenizerJson(buildVocabulary(options.vocabularyText)),
    'tokenizer_config.json': TOKENIZER_CONFIG,
    [dtype === 'q8' ? 'onnx/model_quantized.onnx' : 'onnx/model.onnx']: weights,
  });
  return {
    modelId,
    label: 'Random MiniLM',
    dimensions: hidden,
    maxTokens: 256,
    queryPrefix: '',
    passagePrefix: '',
    pooling: 'mean',
    architecture: 'transformer',
    dtype,
    sizeBytes: weights.length,
    languages: 'english',
    licence: 'Apache-2.0',
    relevanceFloor: 0.3,
  };
}

export function writeModelFiles(folder: string, files: Readonly<Record<string, object | Uint8Array>>): void {
  for (const [path, content] of Object.entries(files)) {
    const target = join(folder, path);
    mkdirSync(dirname(target), { recursive: true });
    writeFileSync(target, content instanceof Uint8Array ? content : JSON.stringify(content));
  }
}

/**
 * Writes a whole cross-encoder into `<modelsFolder>/<modelId>/`: a passage's score is the number of its tokens that are
 * pieces of the `likedWords`, whatever the question. The same options give the same bytes.
 */
export function writeTinyCrossEncoder(
  modelsFolder: string,
  options: { readonly modelId: string; readonly likedWords: string; readonly vocabularyText: string },
): RerankerModel {
  const { modelId, likedWords, vocabularyText } = options;
  const vocabulary = buildVocabulary(vocabularyText);
  const liked = new Set(likedWords.toLowerCase().split(/\s+/u));
  const table = new Float32Array(vocabulary.ids.size);
  for (const [piece, id] of vocabulary.ids) table[id] = liked.has(piece) ? 1 : 0;
  const weights = encodeOnnxModel({
    name: 'liked',
    nodes: [
      { op: 'Gather', inputs: ['table', 'input_ids'], outputs: ['likes'], attributes: { axis: 0 } },
      // Of the passage alone: the question's tokens are of type 0, and so is the padding.
      { op: 'Cast', inputs: ['token_type_ids'], outputs: ['isPassage'], attributes: { to: 1 } },
      { op: 'Mul', inputs: ['likes', 'isPassage'], outputs: ['liked'] },
      { op: 'ReduceSum', inputs: ['liked', 'axes'], outputs: ['logits'], attributes: { keepdims: 1 } },
    ],
    weights: [
      { name: 'table', type: 'float', shape: [table.length], values: table },
      { name: 'axes', type: 'int64', shape: [1], values: BigInt64Array.of(1n) },
    ],
    inputs: (['input_ids', 'token_type_ids'] as const).map((name) => ({
      name,
      type: 'int64',
      shape: ['batch', 'tokens'],
    })),
    outputs: [{ name: 'logits', type: 'float', shape: ['batch', 1] }],
  });
  writeModelFiles(join(modelsFolder, modelId), {
    'config.json': {
      architectures: ['BertForSequenceClassification'],
      model_type: 'bert',
      hidden_size: 1,
      vocab_size: table.length,
      num_hidden_layers: 0,
      num_attention_heads: 1,
      intermediate_size: 1,
      max_position_embeddings: 512,
      pad_token_id: 0,
      id2label: { 0: 'LABEL_0' },
    },
    'tokenizer.json': tokenizerJson(vocabulary),
    'tokenizer_config.json': TOKENIZER_CONFIG,
    'onnx/model.onnx': weights,
    'onnx/model_quantized.onnx': weights,
  });
  return {
    modelId,
    label: 'Tiny test cross-encoder',
    maxTokens: 64,
    dtype: 'q8',
    sizeBytes: weights.length,
    licence: 'Apache-2.0',
  };
}
