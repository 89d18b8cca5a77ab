import {
  AutoModelForSequenceClassification,
  PreTrainedTokenizer,
  Tensor,
  type PreTrainedModel,
} from '@huggingface/transformers';
import { ModelUnavailableError } from '../../src/domain/errors.ts';
import type { RerankerModel } from '../../src/domain/reranker-model.ts';
import type { SentenceModelOptions } from './sentence-model.ts';
import { planBatches } from './token-batches.ts';

/** Padded tokens in one run: about four passages, after which an abort is noticed. */
const MAX_BATCH_TOKENS = 2048;
/** A question takes at most this share of the tokens the model reads, so that there is room for the passage. */
const QUESTION_SHARE = 0.5;

interface Pair {
  readonly ids: readonly number[];
  /** Where the passage begins: tokens from there on are of the second kind. */
  readonly passageAt: number;
}

/** A loaded cross-encoder. Runs in the embed worker and in Node, as `SentenceModel` does. */
export class CrossEncoder {
  readonly #model: RerankerModel;
  readonly #tokenizer: PreTrainedTokenizer;
  readonly #network: PreTrainedModel;
  readonly #session: Session;
  /** What the tokenizer puts before, between and after a question and a passage. */
  readonly #marks: { readonly before: number[]; readonly between: number[]; readonly after: number[] };

  private constructor(model: RerankerModel, tokenizer: PreTrainedTokenizer, network: PreTrainedModel) {
    this.#model = model;
    this.#tokenizer = tokenizer;
    this.#network = network;
    const session: unknown = network.sessions['model'];
    if (!isSession(session)) throw damaged(model, 'it is not a model that reads text');
    this.#session = session;
    const bare = tokenizer.encode('a', { add_special_tokens: false });
    const full = tokenizer.encode('a', { text_pair: 'a', add_special_tokens: true });
    const first = find(full, bare, 0);
    const second = first < 0 ? -1 : find(full, bare, first + bare.length);
    if (second < 0) throw damaged(model, 'its tokenizer does not take two texts');
    this.#marks = {
      before: full.slice(0, first),
      between: full.slice(first + bare.length, second),
      after: full.slice(second + bare.length),
    };
  }

  /** Throws `ModelUnavailableError` for a model that is no cross-encoder, and whatever the library throws. */
  static async load(model: RerankerModel, { readJson, device }: SentenceModelOptions): Promise<CrossEncoder> {
    const tokenizerJson = await readJson('tokenizer.json');
    if (!tokenizerJson) throw damaged(model, 'its tokenizer.json is missing');
    const tokenizer = new PreTrainedTokenizer(tokenizerJson, (await readJson('tokenizer_config.json')) ?? {});
    const { modelId, dtype } = model;
    const network = await AutoModelForSequenceClassification.from_pretrained(modelId, { dtype, device });
    try {
      const loaded = new CrossEncoder(model, tokenizer, network);
      await loaded.score('test', ['test']);
      return loaded;
    } catch (error) {
      await network.dispose();
      throw error;
    }
  }

  /** For each passage how well it fits the question: the model's logit, higher is better. Long passages are cut. */
  async score(question: string, passages: readonly string[]): Promise<Float32Array> {
    const questionIds = this.#encode(question).slice(0, Math.floor(this.#model.maxTokens * QUESTION_SHARE));
    const pairs = passages.map((passage) => this.#pair(questionIds, this.#encode(passage)));
    const scores = new Float32Array(passages.length);
    const lengths = pairs.map(({ ids }) => ids.length);
    for (const batch of planBatches(lengths, MAX_BATCH_TOKENS)) {
      const logits = await this.#run(batch.flatMap((index) => pairs[index] ?? []));
      batch.forEach((index, row) => (scores[index] = logits[row] ?? 0));
    }
    return scores;
  }

  async dispose(): Promise<void> {
    await this.#network.dispose();
  }

  #encode(text: string): number[] {
    return this.#tokenizer.encode(text, { add_special_tokens: false });
  }

  #pair(question: readonly number[], passage: readonly number[]): Pair {
    const { before, between, after } = this.#marks;
    const head = [...before, ...question, ...between];
    const room = Math.max(0, this.#model.maxTokens - head.length - after.length);
    return { ids: [...head, ...passage.slice(0, room), ...after], passageAt: head.length };
  }

  async #run(pairs: readonly Pair[]): Promise<number[]> {
    const width = Math.max(...pairs.map(({ ids }) => ids.length));
    const size = pairs.length * width;
    const ids = new BigInt64Array(size).fill(BigInt(this.#tokenizer.pad_token_id ?? 0));
    const mask = new BigInt64Array(size);
    const types = new BigInt64Array(size);
    pairs.forEach((pair, row) => {
      pair.ids.forEach((id, column) => {
        const at = row * width + column;
        ids[at] = BigInt(id);
        mask[at] = 1n;
        if (column >= pair.passageAt) types[at] = 1n;
      });
    });
    const shape = [pairs.length, width];
    const inputs: Readonly<Record<string, Tensor>> = {
      input_ids: new Tensor('int64', ids, shape),
      attention_mask: new Tensor('int64', mask, shape),
      token_type_ids: new Tensor('int64', types, shape),
    };
    const feeds: Record<string, unknown> = {};
    for (const name of this.#session.inputNames) {
      const input = inputs[name];
      if (!input) throw damaged(this.#model, `it asks for an input named ${name}`);
      feeds[name] = input.ort_tensor;
    }
    const { logits } = await this.#session.run(feeds);
    if (!isLogits(logits) || logits.dims[0] !== pairs.length) throw damaged(this.#model, 'it gives no score');
    return pairs.map((_, row) => this.#scoreOf(logits, row));
  }

  /** One label is the score; of two, how much the second (relevant) is above the first. */
  #scoreOf({ dims, data }: Logits, row: number): number {
    const labels = dims[1];
    if (labels !== 1 && labels !== 2)
      throw damaged(this.#model, `it tells ${labels} kinds apart where one score is wanted`);
    const score = labels === 1 ? (data[row] ?? NaN) : (data[2 * row + 1] ?? NaN) - (data[2 * row] ?? NaN);
    if (!Number.isFinite(score)) throw damaged(this.#model, 'it computes values that are not numbers');
    return score;
  }
}

function find(within: readonly number[], wanted: readonly number[], from: number): number {
  for (let at = from; at + wanted.length <= within.length; at++) {
    if (wanted.every((id, i) => within[at + i] === id)) return at;
  }
  return -1;
}

/** The part of the runtime's session that is used here. */
interface Session {
  readonly inputNames: readonly string[];
  run(feeds: Readonly<Record<string, unknown>>): Promise<Readonly<Record<string, unknown>>>;
}

function isSession(value: unknown): value is Session {
  return typeof value === 'object' && value !== null && 'inputNames' in value && 'run' in value;
}

interface Logits {
  readonly dims: readonly [number, number];
  readonly data: Float32Array;
}

function isLogits(value: unknown): value is Logits {
  return (
    typeof value === 'object' &&
    value !== null &&
    'dims' in value &&
    Array.isArray(value.dims) &&
    value.dims.length === 2 &&
    'data' in value &&
    value.data instanceof Float32Array
  );
}

function damaged({ label }: RerankerModel, what: string): ModelUnavailableError {
  return new ModelUnavailableError(
    `The model ${label} does not work: ${what}. Add it again, or choose another in settings.`,
  );
}
