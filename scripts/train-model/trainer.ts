import type { WordPiece } from '../../src/engine/embedding/word-piece.ts';
import { fillSide, placeSide, viewSide, type BatchSide, type SideViews } from './batch-side.ts';
import { planBatches } from './batches.ts';
import { KernelThreads } from './kernel-threads.ts';
import type { TokenisedPairs } from './pairs.ts';
import { Random } from './random.ts';
import type { Recipe } from './recipe.ts';
import { MAX_PREFIX, Speakers } from './speakers.ts';

export interface TrainOptions {
  readonly recipe: Recipe;
  /** The tokenizer the pairs were tokenised with. */
  readonly wordPiece: WordPiece;
  readonly threads: number;
  /** After each step: its loss, in nats, the mean of both directions. */
  readonly onStep: (step: number, loss: number) => void;
}

const ADAM_DRIFT = 1e-8;

/**
 * Trains token vectors so that a query and its text are alike and other texts of the batch are not: a text's vector is Σ exp(weight) ·
 * row over its tokens, scaled to length 1; the loss is InfoNCE (van den Oord et al. 2018) in both directions with the batch's other
 * pairs as negatives, except those with the same text. Returns the table with the weights multiplied in. The same pairs, recipe and
 * vocabulary give the same table, on any number of threads.
 */
export async function trainTable(pairs: TokenisedPairs, options: TrainOptions): Promise<Float32Array> {
  const training = new Training(pairs, options);
  try {
    training.run();
    return training.table();
  } finally {
    await training.close();
  }
}

class Training {
  readonly #pairs: TokenisedPairs;
  readonly #options: TrainOptions;
  readonly #threads: KernelThreads;
  readonly #random: Random;
  readonly #speakers: Speakers;
  readonly #size: number;
  /** Addresses. */
  readonly #at: ReturnType<typeof layOut>;
  readonly #queries: SideViews;
  readonly #texts: SideViews;
  /** Logarithms of the tokens' weights, and Adam's means and squares for them. */
  readonly #weights: Float32Array;
  readonly #startWeights: Float32Array;
  readonly #weightMeans: Float32Array;
  readonly #weightSquares: Float32Array;
  readonly #factors: Float32Array;

  constructor(pairs: TokenisedPairs, options: TrainOptions) {
    const { recipe, wordPiece, threads } = options;
    const vocabularySize = wordPiece.idCount;
    const { batch, dimensions, queryTokens, textTokens } = recipe;
    this.#pairs = pairs;
    this.#options = options;
    this.#size = vocabularySize * dimensions;
    this.#speakers = new Speakers(wordPiece);
    // Not the seed itself: that one shuffles the batches.
    this.#random = new Random(recipe.seed + 0x5eed);
    this.#at = layOut(recipe, this.#size, threads);
    this.#threads = new KernelThreads(threads, this.#at.end);
    const { buffer } = this.#threads.memory;
    this.#queries = viewSide(buffer, this.#at.queries, batch, queryTokens + MAX_PREFIX);
    this.#texts = viewSide(buffer, this.#at.texts, batch, textTokens + MAX_PREFIX);
    this.#weights = frequencyWeights(pairs, vocabularySize, recipe.frequencyConstant);
    this.#startWeights = this.#weights.slice();
    this.#weightMeans = new Float32Array(vocabularySize);
    this.#weightSquares = new Float32Array(vocabularySize);
    this.#factors = new Float32Array(vocabularySize);
    const table = new Float32Array(buffer, this.#at.table, this.#size);
    const spread = 1 / Math.sqrt(dimensions);
    for (let i = 0; i < table.length; i++) table[i] = this.#random.normal() * spread;
  }

  run(): void {
    const batches = planBatches(this.#pairs.files, this.#options.recipe);
    batches.forEach((batch, index) => {
      this.#forward(batch);
      const loss = this.#backward();
      this.#update(index + 1, batches.length);
      this.#options.onStep(index + 1, loss);
    });
  }

  table(): Float32Array {
    const { dimensions } = this.#options.recipe;
    const table = new Float32Array(this.#threads.memory.buffer, this.#at.table, this.#size).slice();
    for (let i = 0; i < table.length; i++) table[i]! *= Math.exp(this.#weights[Math.floor(i / dimensions)]!);
    return table;
  }

  close(): Promise<void> {
    return this.#threads.close();
  }

  /** Cosines of all queries with all texts of the batch. */
  #forward(batch: Int32Array): void {
    const { recipe } = this.#options;
    const { dimensions, queryTokens, textTokens } = recipe;
    const { queries, texts } = this.#pairs;
    const size = recipe.batch;
    const at = this.#at;
    for (let id = 0; id < this.#factors.length; id++) this.#factors[id] = Math.exp(this.#weights[id]!);
    const crop = { share: recipe.crop, min: recipe.cropMin, max: recipe.cropMax };
    const prefixes = this.#speakers.draw(size, recipe.names, this.#random);
    fillSide(this.#queries, batch, queries, this.#factors, queryTokens, undefined, this.#random, prefixes.query);
    fillSide(this.#texts, batch, texts, this.#factors, textTokens, crop, this.#random, prefixes.text);
    const keys = new Int32Array(this.#threads.memory.buffer, at.keys, size);
    batch.forEach((pair, place) => (keys[place] = this.#pairs.textKeys[pair]!));
    for (const side of [at.queries, at.texts]) {
      this.#overTexts('poolTexts', (first, last) => [
        at.table,
        dimensions,
        side.ids,
        side.factors,
        side.offsets,
        first,
        last,
        side.vectors,
        side.lengths,
      ]);
    }
    this.#overTexts('transpose', (first, last) => [at.texts.vectors, size, dimensions, at.transposed, first, last]);
    this.#multiply(at.queries.vectors, dimensions, 1, at.transposed, at.scores, size, dimensions);
  }

  /** From cosines to the gradient of the table, which is added up in memory, and of the weights. Returns the loss. */
  #backward(): number {
    const { recipe } = this.#options;
    const { dimensions, temperature } = recipe;
    const size = recipe.batch;
    const at = this.#at;
    const { buffer } = this.#threads.memory;
    const sharpness = 1 / temperature;
    this.#overTexts('exponentiateRows', (first, last) => {
      return [at.scores, size, at.keys, first, last, sharpness, at.pairs, at.rowSums];
    });
    this.#overTexts('sumColumns', (first, last) => [at.scores, size, first, last, at.columnSums]);
    const loss = meanLoss(
      new Float32Array(buffer, at.pairs, size),
      new Float32Array(buffer, at.rowSums, size),
      new Float32Array(buffer, at.columnSums, size),
    );
    this.#overTexts('gradientRows', (first, last) => {
      return [at.scores, size, first, last, at.rowSums, at.columnSums, sharpness];
    });
    this.#multiply(at.scores, size, 1, at.texts.vectors, at.queries.gradients, dimensions, size);
    this.#multiply(at.scores, 1, size, at.queries.vectors, at.texts.gradients, dimensions, size);
    for (const side of [at.queries, at.texts]) this.#backwardSide(side);
    return loss;
  }

  #backwardSide(side: BatchSide): void {
    const { dimensions, batch } = this.#options.recipe;
    const { table, tableGradient } = this.#at;
    const { ids, factors, offsets, gradients } = side;
    this.#overTexts('throughLength', (first, last) => {
      return [gradients, side.vectors, side.lengths, dimensions, first, last];
    });
    this.#overTexts('tokenProducts', (first, last) => {
      return [table, dimensions, ids, offsets, gradients, first, last, side.products];
    });
    this.#threads.run('scatter', (thread) => {
      const [first, last] = shareOf(dimensions, thread, this.#threads.count);
      return [tableGradient, dimensions, ids, factors, offsets, gradients, batch, first, last];
    });
  }

  #update(step: number, steps: number): void {
    const { learningRate, weightRate, weightPull, warmUp, beta1, beta2 } = this.#options.recipe;
    const rising = step / (warmUp * steps);
    const falling = (1 - (step - 1) / steps) / (1 - warmUp);
    const rate = learningRate * Math.min(1, rising, falling);
    const shares = [1 - beta1 ** step, 1 - beta2 ** step] as const;
    const { table, tableGradient, means, squares } = this.#at;
    this.#threads.run('adam', (thread) => {
      const [first, last] = shareOf(this.#size, thread, this.#threads.count);
      return [table, tableGradient, means, squares, first, last, rate, beta1, beta2, ...shares];
    });
    const gradients = new Float32Array(this.#weights.length);
    for (const { ids, factors, products, offsets } of [this.#queries, this.#texts]) {
      const count = offsets[offsets.length - 1]!;
      for (let i = 0; i < count; i++) gradients[ids[i]!]! += products[i]! * factors[i]!;
    }
    for (let id = 0; id < gradients.length; id++) {
      const gradient = gradients[id]! + weightPull * (this.#weights[id]! - this.#startWeights[id]!);
      const mean = (this.#weightMeans[id] = beta1 * this.#weightMeans[id]! + (1 - beta1) * gradient);
      const square = (this.#weightSquares[id] = beta2 * this.#weightSquares[id]! + (1 - beta2) * gradient * gradient);
      const change = mean / shares[0] / (Math.sqrt(square / shares[1]) + ADAM_DRIFT);
      this.#weights[id]! -= rate * weightRate * change;
    }
  }

  /** Runs a function over the rows of the batch, each thread its share of them. */
  #overTexts(name: string, argumentsOf: (first: number, last: number) => readonly number[]): void {
    this.#threads.run(name, (thread) => {
      return argumentsOf(...shareOf(this.#options.recipe.batch, thread, this.#threads.count));
    });
  }

  /** result = left · right, `batch` rows by `columns`. */
  #multiply(
    left: number,
    leftRow: number,
    leftColumn: number,
    right: number,
    result: number,
    columns: number,
    depth: number,
  ): void {
    this.#threads.run('multiply', (thread) => {
      const [first, last] = shareOf(this.#options.recipe.batch, thread, this.#threads.count);
      const pack = this.#at.packs[thread] ?? 0;
      return [left, leftRow, leftColumn, right, result, first, last, columns, depth, pack];
    });
  }
}

/** Gives every array its place in one memory. */
function layOut(recipe: Recipe, size: number, threads: number) {
  const { batch, dimensions, queryTokens, textTokens } = recipe;
  let end = 0;
  const place = (bytes: number): number => {
    const at = end;
    end = Math.ceil((end + bytes) / 64) * 64;
    return at;
  };
  const floats = (count: number): number => place(count * 4);
  return {
    table: floats(size),
    tableGradient: floats(size),
    means: floats(size),
    squares: floats(size),
    queries: placeSide(place, batch, queryTokens + MAX_PREFIX, dimensions),
    texts: placeSide(place, batch, textTokens + MAX_PREFIX, dimensions),
    keys: floats(batch),
    transposed: floats(batch * dimensions),
    scores: floats(batch * batch),
    pairs: floats(batch),
    rowSums: floats(batch),
    columnSums: floats(batch),
    // As the kernel's `packBytes` says for the wider of the products.
    packs: Array.from({ length: threads }, () => place(256 * (128 + Math.max(batch, dimensions)) * 4)),
    end,
  };
}

/** The part of `count` things that is a thread's: multiples of 16, so that threads do not share vector lanes. */
function shareOf(count: number, thread: number, threads: number): readonly [number, number] {
  const lots = Math.ceil(count / 16);
  const edge = (part: number): number => Math.min(count, Math.floor((lots * part) / threads) * 16);
  return [edge(thread), thread === threads - 1 ? count : edge(thread + 1)];
}

/** Starting weights of tokens, by smooth inverse frequency (Arora et al. 2017), as logarithms. */
function frequencyWeights({ texts }: TokenisedPairs, vocabularySize: number, constant: number): Float32Array {
  const counts = new Float64Array(vocabularySize);
  const total = texts.offsets[texts.count]!;
  for (let i = 0; i < total; i++) counts[texts.ids[i]!]!++;
  return Float32Array.from(counts, (count) => Math.log(constant / (constant + count / total)));
}

/** Half of Σ (log rowSum + log columnSum − 2 · pair) / pairs. */
function meanLoss(pairs: Float32Array, rowSums: Float32Array, columnSums: Float32Array): number {
  let sum = 0;
  for (let i = 0; i < pairs.length; i++) sum += Math.log(rowSums[i]!) + Math.log(columnSums[i]!) - 2 * pairs[i]!;
  return sum / pairs.length / 2;
}
