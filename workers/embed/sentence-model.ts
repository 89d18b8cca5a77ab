import { AutoModel, PreTrainedTokenizer, Tensor, type PreTrainedModel } from '@huggingface/transformers';
import { ModelUnavailableError } from '../../src/domain/errors.ts';
import type { EmbeddingModel } from '../../src/domain/embedding-model.ts';
import { planBatches } from './token-batches.ts';
import { poolInto } from './pooling.ts';

/**
 * Padded tokens in one run of the model: about eight texts of full length. More gains nothing on the processor
 * and makes the caller wait longer before it can stop.
 */
const MAX_BATCH_TOKENS = 2048;

export interface SentenceModelOptions {
  /** A JSON file of the model, by its path in the model's folder; `undefined` where there is none. */
  readonly readJson: (path: string) => Promise<object | undefined>;
  /** `auto` leaves it to the runtime, which is what works in Node. */
  readonly device: 'wasm' | 'webgpu' | 'auto';
}

/**
 * A loaded model: texts in, L2-normalised vectors out. Runs in the embed worker and in Node; where the weights come
 * from is set on the library's `env` by the caller.
 */
export class SentenceModel {
  readonly model: EmbeddingModel;
  readonly #tokenizer: PreTrainedTokenizer;
  readonly #network: PreTrainedModel;
  readonly #session: Session;
  /** What the tokenizer puts before and after each text, such as [CLS] and [SEP]. */
  readonly #marks: { readonly before: readonly number[]; readonly after: readonly number[] };

  private constructor(model: EmbeddingModel, tokenizer: PreTrainedTokenizer, network: PreTrainedModel) {
    this.model = model;
    this.#tokenizer = tokenizer;
    this.#network = network;
    const session: unknown = network.sessions['model'];
    if (!isSession(session)) throw damaged(model, 'it is not a model that reads text');
    this.#session = session;
    this.#marks = findMarks(tokenizer);
  }

  /** Throws whatever the library throws: the caller knows the surroundings and says what is wrong. */
  static async load(model: EmbeddingModel, { readJson, device }: SentenceModelOptions): Promise<SentenceModel> {
    // Not through AutoTokenizer: it remembers for good, by model, which files were missing at the first attempt.
    const tokenizerJson = await readJson('tokenizer.json');
    if (!tokenizerJson) throw damaged(model, 'its tokenizer.json is missing');
    const tokenizer = new PreTrainedTokenizer(tokenizerJson, (await readJson('tokenizer_config.json')) ?? {});
    const network = await AutoModel.from_pretrained(model.modelId, { dtype: model.dtype, device });
    const loaded = new SentenceModel(model, tokenizer, network);
    try {
      await loaded.embed(['test'], 'passage');
    } catch (error) {
      await loaded.dispose();
      throw error;
    }
    return loaded;
  }

  /** Rows in the order of `texts`. Longer texts are cut at the model's limit. */
  async embed(texts: readonly string[], kind: 'query' | 'passage'): Promise<Float32Array> {
    const { dimensions, pooling, queryPrefix, passagePrefix } = this.model;
    const prefix = kind === 'query' ? queryPrefix : passagePrefix;
    const sequences = texts.map((text) => this.#encode(prefix + text));
    const lengths = sequences.map(({ length }) => length);
    const vectors = new Float32Array(texts.length * dimensions);
    for (const batch of planBatches(lengths, MAX_BATCH_TOKENS)) {
      const batchLengths = batch.map((index) => lengths[index] ?? 0);
      const { states, width } = await this.#run(batch.map((index) => sequences[index] ?? []));
      if (!poolInto(vectors, batch, states, { width, dimensions }, batchLengths, pooling)) {
        throw damaged(this.model, 'it computes values that are not numbers');
      }
    }
    return vectors;
  }

  /** Without the marks around a text, and not cut at the model's limit. */
  countTokens(texts: readonly string[]): number[] {
    return texts.map((text) => this.#tokenizer.encode(text, { add_special_tokens: false }).length);
  }

  async dispose(): Promise<void> {
    await this.#network.dispose();
  }

  #encode(text: string): number[] {
    const { before, after } = this.#marks;
    const room = this.model.maxTokens - before.length - after.length;
    // Cut here and not by the library, which would cut off the closing mark as well.
    const ids = this.#tokenizer.encode(text, { add_special_tokens: false }).slice(0, room);
    const sequence = [...before, ...ids, ...after];
    // A model without marks still needs one token to run.
    return sequence.length > 0 ? sequence : [this.#tokenizer.unk_token_id ?? 0];
  }

  /** The last layer's vectors per token: [texts, width, dimensions]. */
  async #run(sequences: readonly (readonly number[])[]): Promise<{ states: Float32Array; width: number }> {
    const width = Math.max(...sequences.map(({ length }) => length));
    const ids = new BigInt64Array(sequences.length * width).fill(BigInt(this.#tokenizer.pad_token_id ?? 0));
    const mask = new BigInt64Array(sequences.length * width);
    sequences.forEach((sequence, row) => {
      sequence.forEach((id, column) => {
        ids[row * width + column] = BigInt(id);
        mask[row * width + column] = 1n;
      });
    });
    const shape = [sequences.length, width];
    // Straight to the session: the library's own way queues all runs in one chain that a single failure breaks for
    // good, and it writes the inputs of a failed run to the console.
    const inputs: Readonly<Record<string, Tensor>> = {
      input_ids: new Tensor('int64', ids, shape),
      attention_mask: new Tensor('int64', mask, shape),
      token_type_ids: new Tensor('int64', new BigInt64Array(ids.length), shape),
    };
    const feeds: Record<string, unknown> = {};
    for (const name of this.#session.inputNames) {
      const input = inputs[name];
      if (!input) throw damaged(this.model, `it asks for an input named ${name}`);
      feeds[name] = input.ort_tensor;
    }
    const outputs = await this.#session.run(feeds);
    const tensor = outputs['last_hidden_state'] ?? outputs['token_embeddings'];
    if (!isTokenVectors(tensor)) throw damaged(this.model, 'it gives no vectors per word');
    const { dimensions } = this.model;
    const found = tensor.dims[2];
    if (found !== dimensions) {
      throw damaged(this.model, `it gives ${found} numbers per word where ${dimensions} were expected`);
    }
    return { states: tensor.data, width };
  }
}

/** The part of the runtime's session that is used here. */
interface Session {
  readonly inputNames: readonly string[];
  run(feeds: Readonly<Record<string, unknown>>): Promise<Readonly<Record<string, unknown>>>;
}

function isSession(value: unknown): value is Session {
  return typeof value === 'object' && value !== null && 'inputNames' in value && 'run' in value;
}

interface TokenVectors {
  readonly dims: readonly [number, number, number];
  readonly data: Float32Array;
}

function isTokenVectors(value: unknown): value is TokenVectors {
  return (
    typeof value === 'object' &&
    value !== null &&
    'dims' in value &&
    Array.isArray(value.dims) &&
    value.dims.length === 3 &&
    'data' in value &&
    value.data instanceof Float32Array
  );
}

function findMarks(tokenizer: PreTrainedTokenizer): { before: number[]; after: number[] } {
  const bare = tokenizer.encode('a', { add_special_tokens: false });
  const full = tokenizer.encode('a', { add_special_tokens: true });
  const at = full.findIndex((_, start) => bare.every((id, i) => full[start + i] === id));
  return at < 0 ? { before: [], after: [] } : { before: full.slice(0, at), after: full.slice(at + bare.length) };
}

function damaged(model: EmbeddingModel, what: string): ModelUnavailableError {
  return new ModelUnavailableError(
    `The embedding model ${model.label} does not work: ${what}. Its files are damaged or belong to another model. ` +
      'Your library is safe and can be searched by words meanwhile. Add the model again, or choose another in settings.',
  );
}
