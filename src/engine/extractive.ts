import type { Passage } from '../domain/citation.ts';
import { tokenize } from './lexical/tokenize.ts';
import { candidateSentences, type CandidateSentence } from './sentence-candidates.ts';

export interface ExtractiveOptions {
  /** Cosine of the question with each of `candidateSentences(passages)`, in that order. */
  readonly sentenceSimilarities?: ArrayLike<number>;
  /** Cosine of the question with the best passage. */
  readonly bestCosine?: number;
  /** `EmbeddingModel.relevanceFloor` of the model both cosines come from. */
  readonly relevanceFloor?: number;
  readonly maxSentences?: number;
}

export interface ExtractiveAnswer {
  /** By passage, then by place in it. Empty where nothing fits. */
  readonly sentences: readonly CandidateSentence[];
  /** Whether the library seems to have anything on the question. */
  readonly isSupported: boolean;
}

interface QueryTermWeight {
  readonly term: string;
  readonly idf: number;
}

interface Scored {
  readonly sentence: CandidateSentence;
  readonly terms: ReadonlySet<string>;
  readonly score: number;
  readonly index: number;
}

const MAX_SENTENCES = 6;
/** Below this share of the best sentence's score a further one is left out: one good quotation beats three. */
const SCORE_DROP = 0.65;
/** Share of terms in common from which two sentences say the same. */
const DUPLICATE_OVERLAP = 0.6;
/** Each passage counts this much less than the one before it. */
const RANK_DECAY = 0.93;
/**
 * Share of the question's weight that one passage must hold, for questions of up to `SUPPORT_TERMS` terms; it falls
 * with the root of their number beyond that. Chosen on XQuAD-en and PubMedQA (96 % of questions taken for answerable
 * over their own passages) against each other and CISI (0-18 % of the questions of another collection).
 */
const SUPPORT_COVERAGE = 0.5;
const SUPPORT_TERMS = 8;
/** Where meaning says "unrelated", words must cover this much. */
const SUPPORT_COVERAGE_AGAINST_MEANING = 0.75;
/** Half the words will do where meaning is this far up from the floor to 1 … */
const SUPPORT_MEANING = 0.5;
/** … unless most of the question is made of words the library has never seen … */
const MAX_UNKNOWN_SHARE = 0.5;
/** … and none at all this far up: a paraphrase has none in common. */
const SUPPORT_MEANING_ALONE = 0.8;

const ASKS_FOR_NUMBER = /\b(?:when|how (?:many|much|long|old|often|far)|what (?:year|date|time)|which year)\b/i;
const ASKS_FOR_NAME = /\b(?:who|whom|whose)\b/i;
const NAME_INSIDE = /\S\s+\p{Lu}\p{Ll}/u;

/**
 * An answer in the library's own words: the three to six best sentences of the passages. A sentence's worth is the
 * share of the question's terms it holds, weighted by inverse document frequency (as in Luhn, "The automatic
 * creation of literature abstracts", IBM Journal 2(2), 1958, with Spärck Jones's idf for his significance), averaged with its likeness
 * to the question where that is known, and less for passages of lower rank. Deterministic: equal input, equal answer.
 */
export function extractAnswer(
  question: string,
  passages: readonly Passage[],
  queryTerms: readonly QueryTermWeight[],
  options: ExtractiveOptions = {},
): ExtractiveAnswer {
  const weights = termWeights(queryTerms);
  const isSupported = hasSupport(passages, weights, unknownShareOf(queryTerms, weights), options);
  const candidates = candidateSentences(passages);
  const placeOf = new Map(passages.map(({ marker }, place) => [marker, place]));
  const scored = candidates.map((sentence, index): Scored => {
    const terms = termSetOf(sentence.text);
    const similarity = options.sentenceSimilarities?.[index];
    const covered = coverage(terms, weights);
    const worth = similarity === undefined ? covered : (covered + Math.max(0, similarity)) / 2;
    const decay = RANK_DECAY ** (placeOf.get(sentence.marker) ?? 0);
    return { sentence, terms, index, score: worth * decay * fitness(question, sentence.text) };
  });
  const chosen = choose(scored, Math.max(1, options.maxSentences ?? MAX_SENTENCES));
  chosen.sort(
    (a, b) =>
      (placeOf.get(a.sentence.marker) ?? 0) - (placeOf.get(b.sentence.marker) ?? 0) ||
      a.sentence.range.start - b.sentence.range.start,
  );
  return { sentences: chosen.map(({ sentence }) => sentence), isSupported: isSupported && chosen.length > 0 };
}

/** A term the library lacks weighs as much as the rarest it has: that it is missing is the most telling thing about it. */
function termWeights(queryTerms: readonly QueryTermWeight[]): Map<string, number> {
  const largest = queryTerms.reduce((most, { idf }) => Math.max(most, idf), 0);
  return new Map(queryTerms.map(({ term, idf }) => [term, idf === 0 ? largest : idf]));
}

/** Share of the question's weight in terms that stand nowhere in the library. */
function unknownShareOf(queryTerms: readonly QueryTermWeight[], weights: ReadonlyMap<string, number>): number {
  const unknown = new Set(queryTerms.filter(({ idf }) => idf === 0).map(({ term }) => term));
  return coverage(unknown, weights);
}

function termSetOf(text: string): Set<string> {
  const terms = new Set<string>();
  tokenize(text, (term) => terms.add(term));
  return terms;
}

function coverage(terms: ReadonlySet<string>, weights: ReadonlyMap<string, number>): number {
  let found = 0;
  let total = 0;
  for (const [term, weight] of weights) {
    total += weight;
    if (terms.has(term)) found += weight;
  }
  return total === 0 ? 0 : found / total;
}

function hasSupport(
  passages: readonly Passage[],
  weights: ReadonlyMap<string, number>,
  unknownShare: number,
  options: ExtractiveOptions,
): boolean {
  let best = 0;
  for (const { text, headingPath, citation } of passages) {
    best = Math.max(best, coverage(termSetOf(`${text}\n${headingPath.join('\n')}\n${citation.title}`), weights));
  }
  const words = best * Math.sqrt(Math.max(1, weights.size / SUPPORT_TERMS));
  const { bestCosine, relevanceFloor } = options;
  if (bestCosine === undefined || relevanceFloor === undefined) return words >= SUPPORT_COVERAGE;
  if (bestCosine < relevanceFloor) return words >= SUPPORT_COVERAGE_AGAINST_MEANING;
  const meaning = (bestCosine - relevanceFloor) / (1 - relevanceFloor);
  if (meaning >= SUPPORT_MEANING_ALONE || words >= SUPPORT_COVERAGE) return true;
  return unknownShare < MAX_UNKNOWN_SHARE && meaning >= SUPPORT_MEANING && words >= SUPPORT_COVERAGE / 2;
}

/** A little more for sentences that hold the kind of thing asked for, less for questions and for very long ones. */
function fitness(question: string, sentence: string): number {
  let factor = 1;
  if (ASKS_FOR_NUMBER.test(question) && /\p{N}/u.test(sentence)) factor *= 1.15;
  if (ASKS_FOR_NAME.test(question) && NAME_INSIDE.test(sentence)) factor *= 1.1;
  if (/[?？]\s*$/.test(sentence)) factor *= 0.5;
  return factor / Math.max(1, sentence.length / 350);
}

function choose(scored: readonly Scored[], most: number): Scored[] {
  const ranked = scored.filter(({ score }) => score > 0).sort((a, b) => b.score - a.score || a.index - b.index);
  const best = ranked[0];
  if (best === undefined) return [];
  const chosen: Scored[] = [];
  for (const candidate of ranked) {
    if (chosen.length >= most) break;
    if (candidate.score < best.score * SCORE_DROP) break;
    if (!chosen.some((other) => overlap(other.terms, candidate.terms) >= DUPLICATE_OVERLAP)) chosen.push(candidate);
  }
  return chosen;
}

/** Terms in common over the terms of the smaller set. */
function overlap(left: ReadonlySet<string>, right: ReadonlySet<string>): number {
  const [small, large] = left.size < right.size ? [left, right] : [right, left];
  if (small.size === 0) return 0;
  let shared = 0;
  for (const term of small) if (large.has(term)) shared++;
  return shared / small.size;
}
