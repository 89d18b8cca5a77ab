import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { PreTrainedTokenizer } from '@huggingface/transformers';
import { timed } from './figure.ts';
import { RIVALS_DIR } from './install-rivals.ts';

interface Tensor {
  readonly data: Float32Array;
}
interface Session {
  readonly inputNames: readonly string[];
  run(feeds: Readonly<Record<string, unknown>>): Promise<Readonly<Record<string, Tensor>>>;
  release(): Promise<void>;
}
interface Runtime {
  readonly InferenceSession: {
    create(path: string, options: { intraOpNumThreads: number; interOpNumThreads: number }): Promise<Session>;
  };
  readonly Tensor: new (type: 'int64', data: BigInt64Array, dims: readonly number[]) => object;
}

/** The same model in onnxruntime-node, the runtime as machine code: what this processor could do at most. */
export class NativeEmbedding {
  readonly #runtime: Runtime;
  readonly #session: Session;
  readonly #tokenizer: PreTrainedTokenizer;
  readonly #dimensions: number;

  private constructor(runtime: Runtime, session: Session, tokenizer: PreTrainedTokenizer, dimensions: number) {
    this.#runtime = runtime;
    this.#session = session;
    this.#tokenizer = tokenizer;
    this.#dimensions = dimensions;
  }

  /** `folder` holds a model as transformers.js reads it, of the dtype `q8`. */
  static async open(folder: string, dimensions: number, threads: number): Promise<NativeEmbedding> {
    const runtime = createRequire(join(RIVALS_DIR, 'package.json'))('onnxruntime-node') as Runtime;
    const session = await runtime.InferenceSession.create(join(folder, 'onnx/model_quantized.onnx'), {
      intraOpNumThreads: threads,
      interOpNumThreads: 1,
    });
    const readJson = (name: string): object => JSON.parse(readFileSync(join(folder, name), 'utf8')) as object;
    const tokenizer = new PreTrainedTokenizer(readJson('tokenizer.json'), readJson('tokenizer_config.json'));
    return new NativeEmbedding(runtime, session, tokenizer, dimensions);
  }

  /** Milliseconds to embed the batches once, tokenising and pooling included. Texts are cut at `maxTokens`. */
  async embedAll(batches: readonly (readonly string[])[], maxTokens: number): Promise<number> {
    return timed(async () => {
      for (const batch of batches) await this.#embed(batch, maxTokens);
    });
  }

  async close(): Promise<void> {
    await this.#session.release();
  }

  async #embed(texts: readonly string[], maxTokens: number): Promise<Float32Array> {
    const sequences = texts.map((text) => this.#tokenizer.encode(text).slice(0, maxTokens));
    const width = Math.max(...sequences.map(({ length }) => length));
    const ids = new BigInt64Array(texts.length * width);
    const mask = new BigInt64Array(texts.length * width);
    for (const [row, sequence] of sequences.entries()) {
      for (const [column, id] of sequence.entries()) {
        ids[row * width + column] = BigInt(id);
        mask[row * width + column] = 1n;
      }
    }
    const inputs: Readonly<Record<string, BigInt64Array>> = {
      input_ids: ids,
      attention_mask: mask,
      token_type_ids: new BigInt64Array(ids.length),
    };
    const feeds = Object.fromEntries(
      this.#session.inputNames.map((name) => [
        name,
        new this.#runtime.Tensor('int64', inputs[name] ?? ids, [texts.length, width]),
      ]),
    );
    const states = Object.values(await this.#session.run(feeds))[0]?.data ?? new Float32Array(0);
    const vectors = new Float32Array(texts.length * this.#dimensions);
    for (const [row, { length }] of sequences.entries()) this.#pool(states, row * width, length, vectors, row);
    return vectors;
  }

  /** The mean of a text's token vectors, at length 1. */
  #pool(states: Float32Array, firstToken: number, count: number, vectors: Float32Array, row: number): void {
    const dimensions = this.#dimensions;
    const vector = vectors.subarray(row * dimensions, (row + 1) * dimensions);
    for (let token = firstToken; token < firstToken + count; token++) {
      for (let at = 0; at < dimensions; at++) vector[at]! += states[token * dimensions + at]!;
    }
    const length = Math.hypot(...vector);
    for (let at = 0; at < dimensions; at++) vector[at]! /= length;
  }
}
