import type { EmbeddingModel } from '../../src/domain/embedding-model.ts';
import { InvalidInputError } from '../../src/domain/errors.ts';
import { weightsPath } from '../../src/domain/model-files.ts';
import type { PassageVectors } from '../../src/domain/passage-vectors.ts';
import type { QueryTokens, TokenTable } from '../../src/domain/token-alignment.ts';
import { queryWordFactors } from '../../src/engine/embedding/query-word-factors.ts';
import { StaticModel } from '../../src/engine/embedding/static-model.ts';
import { unavailable, type ModelFiles } from './model-files.ts';
import type { SentenceEncoder } from './sentence-encoder.ts';

/** Texts per batch: some tens of milliseconds, so that a question waits for little. */
const BATCH_SIZE = 128;

/** A static model in the app's own engine: no runtime to fetch, ready as soon as its files are here. */
export class StaticSentenceModel implements SentenceEncoder {
  readonly model: EmbeddingModel;
  readonly #table: StaticModel;

  private constructor(model: EmbeddingModel, table: StaticModel) {
    this.model = model;
    this.#table = table;
  }

  /** Throws `ModelUnavailableError` when files are missing, damaged, or of another model. */
  static async load(model: EmbeddingModel, files: ModelFiles): Promise<StaticSentenceModel> {
    const [tokenizerJson, weights] = await Promise.all([
      files.readJson('tokenizer.json'),
      files.fetch(weightsPath(model)),
    ]);
    if (tokenizerJson === undefined) throw unavailable(model, 'its tokenizer.json is missing', ADD_AGAIN);
    if (weights.status === 404) throw unavailable(model, `its ${weightsPath(model)} is missing`, ADD_AGAIN);
    const bytes = new Uint8Array(await weights.arrayBuffer());
    const table = readTable(model, bytes, tokenizerJson);
    if (table.dimensions !== model.dimensions) {
      throw unavailable(
        model,
        `it gives ${table.dimensions} numbers per word where ${model.dimensions} were expected`,
        ADD_AGAIN,
      );
    }
    return new StaticSentenceModel(model, table);
  }

  planBatches(texts: readonly string[]): number[][] {
    const batches: number[][] = [];
    for (const index of texts.keys()) {
      if (index % BATCH_SIZE === 0) batches.push([]);
      batches.at(-1)?.push(index);
    }
    return batches;
  }

  embedPassages(texts: readonly string[]): Promise<PassageVectors> {
    const { passagePrefix } = this.model;
    return Promise.resolve(this.#table.embedPassages(texts.map((text) => passagePrefix + text)));
  }

  embedQuery(text: string, wordWeights: Readonly<Record<string, number>> = {}): Promise<Float32Array> {
    const { queryPrefix, queryIdfExponent = 0 } = this.model;
    const factors = queryIdfExponent === 0 ? {} : queryWordFactors(wordWeights, queryIdfExponent);
    return Promise.resolve(this.#table.embedQuery(queryPrefix + text, factors));
  }

  async embed(texts: readonly string[], kind: 'query' | 'passage'): Promise<Float32Array> {
    const { dimensions } = this.model;
    const rows = new Float32Array(texts.length * dimensions);
    if (kind === 'query') {
      for (const [index, text] of texts.entries()) rows.set(await this.embedQuery(text), index * dimensions);
      return rows;
    }
    const { vectors, rowCounts } = await this.embedPassages(texts);
    let at = 0;
    // The first of a text's rows is that of the whole of it.
    for (const [index, rowCount] of rowCounts.entries()) {
      rows.set(vectors.subarray(at, at + dimensions), index * dimensions);
      at += rowCount * dimensions;
    }
    return rows;
  }

  countTokens(texts: readonly string[]): number[] {
    return this.#table.countTokens(texts);
  }

  queryTokens(text: string, wordWeights: Readonly<Record<string, number>>): QueryTokens | undefined {
    return this.#table.queryTokens(this.model.queryPrefix + text, wordWeights);
  }

  tokenTable(): TokenTable | undefined {
    return this.#table.tokenTable();
  }

  dispose(): Promise<void> {
    return Promise.resolve();
  }
}

const ADD_AGAIN = 'Reload the page while you are online, add the model again, or choose another in settings.';

function readTable(model: EmbeddingModel, bytes: Uint8Array, tokenizerJson: object): StaticModel {
  const { maxTokens, windows = null } = model;
  try {
    return StaticModel.read(bytes, tokenizerJson, { maxTokens, windows });
  } catch (error) {
    if (error instanceof InvalidInputError) throw unavailable(model, 'its files are damaged', ADD_AGAIN, error);
    if (error instanceof RangeError || error instanceof WebAssembly.RuntimeError) {
      throw unavailable(
        model,
        'this device has not enough free memory for it',
        'Close other tabs and try again.',
        error,
      );
    }
    throw error;
  }
}
