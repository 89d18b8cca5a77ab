import { AutoModel, PreTrainedTokenizer, Tensor, type PreTrainedModel } from '@huggingface/transformers';
import { ModelUnavailableError } from '../../src/domain/errors.ts';
import type { EmbeddingModel } from '../../src/domain/embedding-model.ts';
import type { PassageVectors } from '../../src/domain/passage-vectors.ts';
import { splitEvenly, wholeFromParts } from './passage-parts.ts';
import { poolInto } from './pooling.ts';
import type { SentenceEncoder } from './sentence-encoder.ts';
import { planBatches } from './token-batches.ts';
import { TokenReader } from './token-reader.ts';

/**
 * Padded tokens in one run of the model. On the processor batches gain nothing: a text alone at its own length costs
 * the least, and the sooner a run ends, the sooner a question gets its turn; short texts go together only to save
 * calls. A graphics processor needs more to do at once.
 */
const MAX_BATCH_TOKENS = { processor: 256, gpu: 2048 } as const;

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
export class SentenceModel implements SentenceEncoder {
  readonly model: EmbeddingModel;
  readonly #reader: TokenReader;
  readonly #network: PreTrainedModel;
  readonly #session: Session;
  readonly #maxBatchTokens: number;

  private constructor(model: EmbeddingModel, reader: TokenReader, network: PreTrainedModel, maxBatchTokens: number) {
    this.model = model;
    this.#maxBatchTokens = maxBatchTokens;
    this.#reader = reader;
    this.#network = network;
    const session: unknown = network.sessions['model'];
    if (!isSession(session)) throw damaged(model, 'it is not a model that reads text');
    this.#session = session;
  }

  /** Throws whatever the library throws: the caller knows the surroundings and says what is wrong. */
  static async load(model: EmbeddingModel, { readJson, device }: SentenceModelOptions): Promise<SentenceModel> {
    // Not through AutoTokenizer: it remembers for good, by model, which files were missing at the first attempt.
    const tokenizerJson = await readJson('tokenizer.json');
    if (!tokenizerJson) throw damaged(model, 'its tokenizer.json is missing');
    const tokenizer = new PreTrainedTokenizer(tokenizerJson, (await readJson('tokenizer_config.json')) ?? {});
    const reader = new TokenReader(tokenizer, tokenizerJson);
    const network = await AutoModel.from_pretrained(model.modelId, { dtype: model.dtype, device });
    const budget = device === 'webgpu' ? MAX_BATCH_TOKENS.gpu : MAX_BATCH_TOKENS.processor;
    const loaded = new SentenceModel(model, reader, network, budget);
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
    const { queryPrefix, passagePrefix } = this.model;
    const prefix = kind === 'query' ? queryPrefix : passagePrefix;
    return this.#embedSequences(
      texts.map((text) => this.#mark(this.#reader.encode(prefix + text).slice(0, this.#room))),
    );
  }

  /** A question as it is: transformers weigh its words themselves. */
  embedQuery(text: string): Promise<Float32Array> {
    return this.embed([text], 'query');
  }

  /**
   * A text that is longer than the model reads is cut into parts of even length. Each has a vector, and the vector of
   * the whole is their mean: nothing of the text is lost, and a question may meet the part it asks for.
   */
  async embedPassages(texts: readonly string[]): Promise<PassageVectors> {
    const { dimensions, passagePrefix } = this.model;
    const parts = texts.map((text) => splitEvenly(this.#reader.encode(passagePrefix + text), this.#room));
    const rows = await this.#embedSequences(parts.flat().map((part) => this.#mark(part)));
    return wholeFromParts(
      rows,
      parts.map(({ length }) => length),
      dimensions,
    );
  }

  planBatches(texts: readonly string[]): number[][] {
    const { marksLength } = this.#reader;
    const { maxTokens } = this.model;
    // A text in parts makes batches of its own, cut to size when it is embedded.
    const lengths = texts.map((text) => Math.min(this.#reader.estimate(text) + marksLength, maxTokens));
    return planBatches(lengths, this.#maxBatchTokens);
  }

  countTokens(texts: readonly string[]): number[] {
    return texts.map((text) => this.#reader.encode(text).length);
  }

  /** A network gives each token another vector in every text: there is nothing to align by. */
  queryTokens(): undefined {
    return undefined;
  }

  tokenTable(): undefined {
    return undefined;
  }

  async dispose(): Promise<void> {
    await this.#network.dispose();
  }

  /** Tokens of a text that the model reads at once, beside the marks around it. */
  get #room(): number {
    return this.model.maxTokens - this.#reader.marksLength;
  }

  #mark(ids: readonly number[]): number[] {
    const { before, after, unknownId } = this.#reader;
    const sequence = [...before, ...ids, ...after];
    // A model without marks still needs one token to run.
    return sequence.length > 0 ? sequence : [unknownId];
  }

  /** One row for each sequence of tokens, in their order. */
  async #embedSequences(sequences: readonly (readonly number[])[]): Promise<Float32Array> {
    const { dimensions, pooling } = this.model;
    const lengths = sequences.map(({ length }) => length);
    const vectors = new Float32Array(sequences.length * dimensions);
    for (const batch of planBatches(lengths, this.#maxBatchTokens)) {
      const batchLengths = batch.map((index) => lengths[index] ?? 0);
      const { states, width } = await this.#run(batch.map((index) => sequences[index] ?? []));
      if (!poolInto(vectors, batch, states, { width, dimensions }, batchLengths, pooling)) {
        throw damaged(this.model, 'it computes values that are not numbers');
      }
    }
    return vectors;
  }

  /** The last layer's vectors per token: [texts, width, dimensions]. */
  async #run(sequences: readonly (readonly number[])[]): Promise<{ states: Float32Array; width: number }> {
    const width = Math.max(...sequences.map(({ length }) => length));
    const ids = new BigInt64Array(sequences.length * width).fill(BigInt(this.#reader.padId));
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

function damaged(model: EmbeddingModel, what: string): ModelUnavailableError {
  return new ModelUnavailableError(
    `The embedding model ${model.label} does not work: ${what}. Its files are damaged or belong to another model. ` +
      'Your library is safe and can be searched by words meanwhile. Add the model again, or choose another in settings.',
  );
}
