import type { EmbeddingModel } from '../../domain/embedding-model.ts';
import type { ParsedQuestion } from '../../domain/question.ts';
import { parseQuestion } from '../../engine/ranking/parse-question.ts';
import type { Searcher, SearchOutcome } from '../../platform/compute/ports.ts';
import { searchHoldingPhrases } from './hold-phrases.ts';
import type { AnswerTrace } from './answer-trace.ts';
import type { Library } from './library.ts';
import type { Meaning } from './meaning.ts';
import { resolveFilter } from './resolve-filter.ts';
import { searchTiered } from './tiered-search.ts';

export interface FindDeps {
  readonly library: Library;
  readonly searcher: Searcher;
  readonly meaning: Meaning;
}

export interface FindOptions {
  readonly k: number;
  readonly candidateCount: number;
  readonly diversity: number;
  readonly signal: AbortSignal;
  /** Counts what the answer needed, for its tier. */
  readonly trace?: AnswerTrace;
}

export interface FoundHits {
  readonly question: ParsedQuestion;
  readonly outcome: SearchOutcome;
  /** For the reader: what was not understood, what found nothing. */
  readonly notes: readonly string[];
}

/**
 * Takes the conditions out of a question, finds the documents they let through, and searches those by words and meaning.
 * A condition that nothing meets gives no hits and a note that names it. A quoted phrase that stands nowhere is searched
 * for as ordinary words instead, with a note.
 */
export async function findHits(
  query: string,
  { library, searcher, meaning }: FindDeps,
  { signal, trace, ...wanted }: FindOptions,
): Promise<FoundHits> {
  const startedAt = performance.now();
  const now = Date.now();
  const question = parseQuestion(query, now);
  const { text, phrases, excluded, prefixes } = question;
  // Conditions are about documents: all have to be known.
  if (question.filters.length > 0) await library.quiet.letting(() => library.whenWhole());
  const filter = resolveFilter(question.filters, library.state.documents.values(), now);
  if (filter.kind === 'nothing') {
    return { question, outcome: nothingFound(startedAt), notes: [...question.notes, filter.message] };
  }
  const embedStartedAt = performance.now();
  const { vector: queryVector, tokens: queryTokens } =
    (text === '' ? undefined : await meaning.readQuestion(text, { signal })) ?? {};
  const embedMs = performance.now() - embedStartedAt;
  signal.throwIfAborted();
  const { space } = library;
  const searchFor = (mustHold: readonly string[], k: number): Promise<SearchOutcome> =>
    searchTiered(
      {
        ...wanted,
        k,
        candidateCount: Math.max(wanted.candidateCount, k),
        query: text,
        ...(queryVector && space && { queryVector, modelKey: space.modelKey }),
        ...(queryTokens && { queryTokens }),
        ...strengthOf(meaning.model),
        ...(filter.kind === 'some' && { filter: { documentIds: filter.documentIds } }),
        ...(mustHold.length > 0 && { phrases: mustHold }),
        ...(excluded.length > 0 && { excluded }),
        ...(prefixes.length > 0 && { prefixes }),
        foldsDuplicates: true,
        mode: queryVector && space ? 'hybrid' : 'lexical',
      },
      { library, searcher },
      trace,
    );
  const search = (mustHold: readonly string[]): Promise<SearchOutcome> =>
    searchHoldingPhrases((k) => searchFor(mustHold, k), library, { phrases: mustHold, excluded, k: wanted.k });
  const strict = await search(phrases);
  const isRelaxed = strict.hits.length === 0 && phrases.length > 0;
  const outcome = isRelaxed ? await search([]) : strict;
  signal.throwIfAborted();
  const relaxed = `Nothing holds ${phrases.map((phrase) => `“${phrase}”`).join(' and ')} word for word, so passages with some of the words are shown.`;
  return {
    question,
    outcome: { ...outcome, timings: { ...outcome.timings, ...(queryVector && { embedMs }) } },
    notes: isRelaxed && outcome.hits.length > 0 ? [...question.notes, relaxed] : question.notes,
  };
}

function strengthOf(model: EmbeddingModel | undefined): Pick<EmbeddingModel, 'meaningStrength' | 'unrelatedCosine'> {
  const { meaningStrength, unrelatedCosine } = model ?? {};
  return {
    ...(meaningStrength !== undefined && { meaningStrength }),
    ...(unrelatedCosine !== undefined && { unrelatedCosine }),
  };
}

function nothingFound(startedAt: number): SearchOutcome {
  return {
    hits: [],
    nearMisses: [],
    queryTerms: [],
    fusion: { method: 'words', meaningWeight: 0, reasons: [] },
    timings: { totalMs: performance.now() - startedAt },
  };
}
