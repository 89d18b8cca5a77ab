import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { encodeOnnxModel } from '../../tests/fixtures/tiny-model/onnx-writer.ts';
import { quantiseRows } from './int4-rows.ts';

export interface StaticModelFiles {
  /** [tokens, dimensions], in the order of the tokenizer's ids; the learned weight of a token is its row's length. */
  readonly table: Float32Array;
  readonly dimensions: number;
  /** As in `tokenizer.json`. */
  readonly tokenizerJson: object;
  /** Ids of tokens without meaning: marks, and the one for unknown words. */
  readonly silentIds: readonly number[];
}

/** Next to the other rows nothing, but not zero: an empty text then has a direction, and no division by zero in runtimes. */
const SILENT_SHARE = 1e-7;

/**
 * Writes a static embedding model in the layout of transformers.js: rows of 4 bits with one scale each in
 * `onnx/model_q4.onnx`, served by `pipeline('feature-extraction', …, { dtype: 'q4' })` with mean pooling. The same table gives the same
 * bytes. Returns their number, all files together.
 */
export function writeStaticModel(
  folder: string,
  { table, dimensions, tokenizerJson, silentIds }: StaticModelFiles,
): number {
  const rows = table.length / dimensions;
  const spoken = table.slice();
  for (const id of silentIds) spoken.fill(0, id * dimensions, (id + 1) * dimensions);
  const { packed, scales } = quantiseRows(spoken, dimensions);
  const largest = scales.reduce((most, scale) => Math.max(most, scale), 0);
  for (const id of silentIds) {
    packed[(id * dimensions) / 2] = 1;
    scales[id] = largest * SILENT_SHARE;
  }
  const weights = encodeOnnxModel({
    name: 'table',
    nodes: [
      {
        op: 'GatherBlockQuantized',
        domain: 'com.microsoft',
        inputs: ['table', 'input_ids', 'scales'],
        outputs: ['last_hidden_state'],
        attributes: { gather_axis: 0, quantize_axis: 1, block_size: dimensions },
      },
    ],
    weights: [
      { name: 'table', type: 'int4', shape: [rows, dimensions], values: packed },
      { name: 'scales', type: 'float', shape: [rows, 1], values: scales },
    ],
    inputs: [{ name: 'input_ids', type: 'int64', shape: ['batch', 'tokens'] }],
    outputs: [{ name: 'last_hidden_state', type: 'float', shape: ['batch', 'tokens', dimensions] }],
  });
  const files: Readonly<Record<string, string | Uint8Array>> = {
    'config.json': asJson({
      architectures: ['BertModel'],
      model_type: 'bert',
      hidden_size: dimensions,
      vocab_size: rows,
      // The table is all there is; these fields are what readers of this model type expect.
      num_hidden_layers: 0,
      num_attention_heads: 1,
      intermediate_size: dimensions,
      max_position_embeddings: 2048,
      pad_token_id: 0,
    }),
    'tokenizer.json': JSON.stringify(tokenizerJson),
    'tokenizer_config.json': asJson({
      tokenizer_class: 'BertTokenizer',
      do_lower_case: true,
      model_max_length: 2048,
      pad_token: '[PAD]',
      unk_token: '[UNK]',
      cls_token: '[CLS]',
      sep_token: '[SEP]',
      mask_token: '[MASK]',
    }),
    'onnx/model_q4.onnx': weights,
  };
  let total = 0;
  for (const [path, content] of Object.entries(files)) {
    const target = join(folder, path);
    mkdirSync(dirname(target), { recursive: true });
    writeFileSync(target, content);
    total += typeof content === 'string' ? Buffer.byteLength(content) : content.length;
  }
  return total;
}

function asJson(value: object): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}
