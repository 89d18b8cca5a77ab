import { InvalidInputError } from '../../domain/errors.ts';
import type { PassageTokens } from '../../domain/passage-vectors.ts';
import type { QueryTokens, TokenTable } from '../../domain/token-alignment.ts';
import { readInt4Table, type Int4Table } from './int4-table.ts';
import { damagedModel } from './onnx-file.ts';
import { createRowPool, type PoolShape, type RowPool } from './row-pool.ts';
import { DistinctTokens } from './distinct-tokens.ts';
import { weighQueryTokens } from './query-tokens.ts';
import { WordPiece } from './word-piece.ts';

export interface StaticModelOptions {
  /** Texts are cut after so many tokens. */
  readonly maxTokens?: number;
  /** Windows that have vectors of their own beside the whole text: lengths in tokens. */
  readonly windows?: { readonly tokens: number; readonly stride: number } | null;
}

export interface PassageVectors {
  /** L2-normalised rows, text after text: the whole text, then its windows. */
  readonly vectors: Float32Array<ArrayBuffer>;
  /** Rows of each text; 1 where a text is no longer than a window. */
  readonly rowCounts: Uint16Array<ArrayBuffer>;
  /** The known tokens of each text; absent where the model has more than 65,536. */
  readonly tokens?: PassageTokens;
}

const DEFAULT_WINDOWS = { tokens: 48, stride: 32 } as const;
const LARGEST_WEIGHT = 32767;
/** Sums of 16-bit weights times 4-bit numbers stay below 2³¹ up to here. */
const MOST_TOKENS = 8000;
/** Ids of tokens are kept in 16 bits. */
const MOST_TOKEN_KINDS = 65_536;

/**
 * A static embedding model: a text's vector is the sum of one learned row per token, scaled to length 1. The rows stay
 * 4-bit. What order or runtime they are summed in makes no difference, because sums are over integers: each token's
 * scale is rounded to a 32,767th of the largest.
 */
export class StaticModel {
  readonly dimensions: number;
  readonly #wordPiece: WordPiece;
  readonly #pool: RowPool;
  readonly #shape: PoolShape;
  /** By token id; 0 for marks and unknown words. */
  readonly #scales: Float32Array;
  /** The same as integers: scale × unit, rounded. */
  readonly #weights: Int16Array;
  readonly #unit: number;

  readonly #rowCount: number;

  private constructor(table: Int4Table, wordPiece: WordPiece, shape: PoolShape) {
    this.#rowCount = table.rows;
    this.dimensions = table.dimensions;
    this.#wordPiece = wordPiece;
    this.#shape = shape;
    this.#pool = createRowPool(table, shape);
    this.#scales = table.scales.slice();
    for (const id of [...wordPiece.markIds, wordPiece.unknownId]) this.#scales[id] = 0;
    const largest = this.#scales.reduce((most, scale) => Math.max(most, Math.abs(scale)), 0);
    this.#unit = largest > 0 ? LARGEST_WEIGHT / largest : 0;
    this.#weights = Int16Array.from(this.#scales, (scale) => Math.round(scale * this.#unit));
  }

  /**
   * From the bytes of `onnx/model_q4.onnx` and the parsed `tokenizer.json`. The table is copied. Throws
   * `InvalidInputError` for files that are damaged, of another kind, or do not belong together.
   */
  static read(onnxBytes: Uint8Array, tokenizerJson: unknown, options: StaticModelOptions = {}): StaticModel {
    const { maxTokens = 2048, windows = DEFAULT_WINDOWS } = options;
    const { tokens, stride } = windows ?? { tokens: 0, stride: DEFAULT_WINDOWS.stride };
    const isLength = (value: number): boolean => Number.isInteger(value) && value >= 1 && value <= MOST_TOKENS;
    if (!isLength(maxTokens) || !isLength(stride) || (windows !== null && !(isLength(tokens) && tokens >= stride))) {
      throw new InvalidInputError(
        `Texts of at most ${maxTokens} tokens in windows of ${tokens} every ${stride} are not possible.`,
      );
    }
    const blockTokens = windows === null ? stride : commonDivisor(tokens, stride);
    const windowBlocks = tokens / blockTokens;
    const strideBlocks = stride / blockTokens;
    const wordPiece = WordPiece.read(tokenizerJson);
    const table = readInt4Table(onnxBytes);
    if (wordPiece.idCount > table.rows) throw damagedModel('it lacks vectors for some of its words');
    return new StaticModel(table, wordPiece, { maxTokens, blockTokens, windowBlocks, strideBlocks });
  }

  /** Number of tokens of each text, uncut. */
  countTokens(texts: readonly string[]): number[] {
    return texts.map((text) => this.#wordPiece.count(text));
  }

  /** Vectors of texts and their windows. A text without a known word gives zeros. */
  embedPassages(texts: readonly string[]): PassageVectors {
    const rowCounts = new Uint16Array(texts.length);
    // Three rows a text to begin with; grows as needed.
    let vectors = new Float32Array(texts.length * 3 * this.dimensions);
    let used = 0;
    const distinct = this.#hasShortIds ? new DistinctTokens(this.#weights) : undefined;
    texts.forEach((text, index) => {
      const count = this.#wordPiece.encodeInto(text, this.#pool.ids);
      const { ids, weights } = this.#pool;
      for (let i = 0; i < count; i++) weights[i] = this.#weights[ids[i]!]!;
      distinct?.add(ids.subarray(0, count));
      const rows = this.#pool.pool(count);
      if (used + rows.length > vectors.length) {
        const larger = new Float32Array(2 * vectors.length + rows.length);
        larger.set(vectors.subarray(0, used));
        vectors = larger;
      }
      vectors.set(rows, used);
      used += rows.length;
      rowCounts[index] = rows.length / this.dimensions;
    });
    return { vectors: vectors.slice(0, used), rowCounts, ...(distinct && { tokens: distinct.take() }) };
  }

  /**
   * Vector of a question. `wordWeights` multiplies the tokens of a word (a basic word, see `basicWords`) by a factor of
   * at least 0, such as its share of the library's inverse document frequency; other words keep theirs.
   */
  embedQuery(text: string, wordWeights?: Readonly<Record<string, number>>): Float32Array<ArrayBuffer> {
    const { ids, weights } = this.#pool;
    const floats: number[] = [];
    let largest = 0;
    for (const { word, ids: pieces } of this.#wordPiece.words(text.slice(0, this.#shape.maxTokens * 16))) {
      const given = wordWeights !== undefined && Object.hasOwn(wordWeights, word) ? wordWeights[word] : undefined;
      const factor = given !== undefined && Number.isFinite(given) && given >= 0 ? given : 1;
      for (const id of pieces) {
        if (floats.length === this.#shape.maxTokens) break;
        const weight = (this.#scales[id] ?? 0) * factor;
        largest = Math.max(largest, Math.abs(weight));
        ids[floats.length] = id;
        floats.push(weight);
      }
    }
    // Without factors a question is treated as a passage is, to the last bit.
    const unit = wordWeights === undefined || largest === 0 ? this.#unit : LARGEST_WEIGHT / largest;
    floats.forEach((weight, i) => (weights[i] = Math.round(weight * unit)));
    return new Float32Array(this.#pool.pool(floats.length).subarray(0, this.dimensions));
  }

  /** The tokens of a question as alignment weighs them (`weighQueryTokens`); `undefined` where there is no table. */
  queryTokens(text: string, wordWeights: Readonly<Record<string, number>>): QueryTokens | undefined {
    if (!this.#hasShortIds) return undefined;
    const words = this.#wordPiece.words(text.slice(0, this.#shape.maxTokens * 16));
    return weighQueryTokens(words, wordWeights, (id) => (this.#weights[id] ?? 0) !== 0);
  }

  /** The vectors of single tokens, copied, for alignment; `undefined` for a model of more than 65,536. */
  tokenTable(): TokenTable | undefined {
    if (!this.#hasShortIds) return undefined;
    const { dimensions } = this;
    return { dimensions, rows: this.#rowCount, packed: this.#pool.copyTable(), scales: this.#scales.slice() };
  }

  get #hasShortIds(): boolean {
    return this.#rowCount <= MOST_TOKEN_KINDS;
  }
}

function commonDivisor(left: number, right: number): number {
  return right === 0 ? left : commonDivisor(right, left % right);
}
