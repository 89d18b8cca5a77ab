import { basename } from 'node:path';
import { basicWords } from '../../src/engine/embedding/basic-words.ts';
import { queryWordFactors } from '../../src/engine/embedding/query-word-factors.ts';
import type { StaticModel } from '../../src/engine/embedding/static-model.ts';
import { ndcgAtK } from '../../src/engine/metrics.ts';
import { readBeir } from '../beir.ts';

const IDF_EXPONENT = 0.5;

/** nDCG@10 on one collection, by vectors alone. */
export interface Score {
  readonly name: string;
  readonly queries: number;
  readonly ndcg: number;
}

/**
 * Searches a collection in the layout of BEIR with the product's own engine: a document counts as the mean of its cosine as a whole and
 * that of its best window; a question's words by their inverse document frequency to the power of one half, relative to the question's mean.
 */
export function evaluateOn(folder: string, model: StaticModel): Score {
  const { documents, queries } = readBeir(folder);
  const texts = documents.map(({ title, text }) => (title === '' ? text : `${title} ${text}`));
  const { vectors, rowCounts } = model.embedPassages(texts);
  const frequencies = documentFrequencies(texts);
  let sum = 0;
  for (const { text, judgements } of queries) {
    const vector = model.embedQuery(text, queryWordFactors(rarities(text, frequencies, texts.length), IDF_EXPONENT));
    const scores = scoreDocuments(vector, vectors, rowCounts);
    const best = [...scores.keys()].sort((a, b) => scores[b]! - scores[a]! || a - b).slice(0, 10);
    sum += ndcgAtK(
      best.map((index) => documents[index]!.id),
      judgements,
      10,
    );
  }
  return { name: basename(folder), queries: queries.length, ndcg: sum / Math.max(1, queries.length) };
}

function documentFrequencies(texts: readonly string[]): Map<string, number> {
  const frequencies = new Map<string, number>();
  for (const text of texts) {
    for (const word of new Set(basicWords(text))) frequencies.set(word, (frequencies.get(word) ?? 0) + 1);
  }
  return frequencies;
}

/** Inverse document frequencies of the words the collection has (Robertson and Spärck Jones, as in BM25). */
function rarities(query: string, frequencies: ReadonlyMap<string, number>, count: number): Record<string, number> {
  const known = basicWords(query).flatMap((word) => {
    const frequency = frequencies.get(word);
    if (frequency === undefined) return [];
    return [[word, Math.log(1 + (count - frequency + 0.5) / (frequency + 0.5))] as const];
  });
  return Object.fromEntries(known);
}

function scoreDocuments(query: Float32Array, vectors: Float32Array, rowCounts: Uint16Array): Float64Array {
  const scores = new Float64Array(rowCounts.length);
  let at = 0;
  rowCounts.forEach((rows, document) => {
    const whole = dot(query, vectors, at);
    let best = rows > 1 ? -1 : whole;
    for (let row = 1; row < rows; row++) best = Math.max(best, dot(query, vectors, at + row * query.length));
    scores[document] = (whole + best) / 2;
    at += rows * query.length;
  });
  return scores;
}

function dot(query: Float32Array, vectors: Float32Array, at: number): number {
  let sum = 0;
  for (let d = 0; d < query.length; d++) sum += query[d]! * vectors[at + d]!;
  return sum;
}
