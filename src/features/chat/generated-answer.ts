import type { AnswerEvent } from '../../domain/answer-event.ts';
import type { Message } from '../../domain/conversation.ts';
import type { LlmClient, LlmEvent } from '../../platform/llm/llm-client.ts';
import type { Retrieval } from '../knowledge/retrieve.ts';
import type { AnswerDraft } from './answer.ts';
import { CitationFilter, resolveCitations } from './citations.ts';
import { buildPrompt } from './prompt.ts';

/** The model that writes, with how it is asked to. */
export interface LanguageModel {
  readonly client: LlmClient;
  readonly modelName: string;
  readonly temperature: number;
  readonly maxOutputTokens: number;
}

export interface GenerationRequest {
  readonly question: string;
  readonly earlier: readonly Message[];
  readonly retrieval: Retrieval;
  readonly languageModel: LanguageModel;
  /** Stores what has been written so far. */
  readonly keep: (draft: AnswerDraft) => Promise<void>;
}

/** Partial text is stored this often, so that a killed tab loses at most so much of it. */
const KEEP_INTERVAL_MS = 2000;

/**
 * Streams an answer from the provider's model. Markers of passages that were not supplied never reach the reader:
 * they are dropped and counted. Whatever ends the stream, the text so far stands.
 */
export async function* generateAnswer(
  { question, earlier, retrieval, languageModel, keep }: GenerationRequest,
  { signal }: { readonly signal: AbortSignal },
): AsyncGenerator<AnswerEvent, AnswerDraft, undefined> {
  const { client, ...parameters } = languageModel;
  const { passages } = retrieval;
  const filter = new CitationFilter(passages.map((passage) => passage.marker));
  const messages = buildPrompt({ question, passages, earlier });
  let text = '';
  let keptAt = performance.now();
  let end: Extract<LlmEvent, { type: 'finished' }> | undefined;
  const draftOf = (ending: AnswerDraft['ending']): AnswerDraft => {
    const { text: checked, citations } = resolveCitations(text, passages);
    return {
      text: checked,
      mode: 'generated',
      ending,
      isUnanswered: false,
      citations,
      droppedCitationCount: filter.droppedCount,
      modelName: languageModel.modelName,
    };
  };

  for await (const event of client.chat({ ...parameters, messages }, { signal })) {
    switch (event.type) {
      case 'retrying':
        yield event;
        break;
      case 'text': {
        const delta = filter.push(event.delta);
        text += delta;
        if (delta !== '') yield { type: 'text', delta };
        if (performance.now() - keptAt > KEEP_INTERVAL_MS) {
          await keep(draftOf('interrupted'));
          keptAt = performance.now();
        }
        break;
      }
      case 'finished':
        end = event;
    }
  }
  const rest = filter.end();
  text += rest;
  if (rest !== '') yield { type: 'text', delta: rest };
  const draft = draftOf(end?.ending ?? 'interrupted');
  yield { type: 'citations', citations: draft.citations };
  return {
    ...draft,
    ...(end?.problem && {
      problem: end.problem.command ? `${end.problem.message}\n\n${end.problem.command}` : end.problem.message,
    }),
    ...(end?.inputTokens !== undefined && { inputTokens: end.inputTokens }),
    ...(end?.outputTokens !== undefined && { outputTokens: end.outputTokens }),
  };
}
