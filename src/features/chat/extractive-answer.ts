import type { Locator } from '../../domain/chunk.ts';
import type { Citation, Passage } from '../../domain/citation.ts';
import type { ExtractedDocument, TextRange } from '../../domain/extracted.ts';
import { extractAnswer } from '../../engine/extractive.ts';
import { candidateSentences } from '../../engine/sentence-candidates.ts';
import { findQuote } from '../../engine/chunking/reanchor.ts';
import type { Library } from '../knowledge/library.ts';
import type { Meaning } from '../knowledge/meaning.ts';
import type { Retrieval } from '../knowledge/retrieve.ts';
import type { AnswerDraft } from './answer.ts';

/** Sentences compared with the question by meaning: those of the first passages, which is where answers are. */
const MAX_SCORED_SENTENCES = 64;

export interface ExtractiveDeps {
  readonly library: Library;
  readonly meaning: Meaning;
}

/**
 * An answer no model wrote: the best sentences of the library, quoted word for word, each with a citation of its own
 * that opens that very sentence. The same question over the same library gives the same answer.
 */
export async function answerExtractively(
  question: string,
  retrieval: Retrieval,
  { library, meaning }: ExtractiveDeps,
  options: { readonly signal: AbortSignal },
): Promise<AnswerDraft> {
  const sentenceSimilarities = await scoreSentences(question, retrieval.passages, meaning, options);
  const { sentences, isSupported } = extractAnswer(question, retrieval.passages, retrieval.queryTerms, {
    ...(sentenceSimilarities && { sentenceSimilarities }),
    ...(retrieval.bestCosine !== undefined && { bestCosine: retrieval.bestCosine }),
    ...(meaning.model && { relevanceFloor: meaning.model.relevanceFloor }),
  });
  const shell = { mode: 'extractive', ending: 'complete', droppedCitationCount: 0 } as const;
  if (!isSupported || sentences.length === 0) {
    return {
      ...shell,
      text: '',
      isUnanswered: true,
      citations: retrieval.passages.slice(0, 3).map((passage) => passage.citation),
    };
  }
  const citations: Citation[] = [];
  const lines: string[] = [];
  for (const { marker, text } of sentences) {
    const passage = retrieval.passages.find((candidate) => candidate.marker === marker);
    if (!passage) continue;
    const number = citations.length + 1;
    citations.push({ ...(await narrow(passage.citation, text, library)), marker: number });
    lines.push(`> ${text.replace(/\s+/gu, ' ').trim()} [${number}]`);
  }
  return { ...shell, text: lines.join('\n\n'), isUnanswered: false, citations };
}

/** The passage's citation, pointing at one sentence of it. A passage can join chunks, so the place is found by the text. */
async function narrow(citation: Citation, sentence: string, library: Library): Promise<Citation> {
  const { text, pages } = await library.readText(citation.versionId);
  const { start } = citation.locator.range;
  const exact = sentence.trim();
  const near = text.indexOf(exact, Math.max(0, start - exact.length - NEAR_LENGTH));
  const range =
    near >= 0 && near <= citation.locator.range.end + NEAR_LENGTH
      ? { start: near, end: near + exact.length }
      : findQuote(text, { exact, prefix: '', suffix: '' });
  if (!range) return citation;
  return {
    ...citation,
    locator: onPageOf(range, pages, citation.locator),
    quote: {
      exact: text.slice(range.start, range.end),
      prefix: text.slice(Math.max(0, range.start - QUOTE_CONTEXT_LENGTH), range.start),
      suffix: text.slice(range.end, range.end + QUOTE_CONTEXT_LENGTH),
    },
  };
}

/** The place with another range; its page is the one where the range begins, which may be a neighbour's. */
function onPageOf(range: TextRange, pages: ExtractedDocument['pages'], locator: Locator): Locator {
  if (locator.kind !== 'page') return { ...locator, range };
  const page = pages?.findLast(({ start }) => start <= range.start)?.page ?? locator.page;
  return { kind: 'page', page, range };
}

/** How far around the passage its sentence may stand: neighbours that were joined to it. */
const NEAR_LENGTH = 8000;
const QUOTE_CONTEXT_LENGTH = 48;

/** Cosine of the question with each candidate sentence; those beyond the first ones count as unrelated. */
async function scoreSentences(
  question: string,
  passages: readonly Passage[],
  meaning: Meaning,
  options: { readonly signal: AbortSignal },
): Promise<Float32Array | undefined> {
  const query = await meaning.embedQuery(question, options);
  if (!query) return undefined;
  const sentences = candidateSentences(passages);
  const scored = sentences.slice(0, MAX_SCORED_SENTENCES).map((sentence) => sentence.text);
  const vectors = await meaning.embedTexts(scored, options);
  if (!vectors) return undefined;
  const similarities = new Float32Array(sentences.length);
  for (let index = 0; index < scored.length; index++) {
    let dot = 0;
    for (let i = 0; i < query.length; i++) dot += query[i]! * vectors[index * query.length + i]!;
    similarities[index] = dot;
  }
  return similarities;
}
