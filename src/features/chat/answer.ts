import type { AnswerEvent } from '../../domain/answer-event.ts';
import type { AnswerMessage, QuestionMessage } from '../../domain/conversation.ts';
import { InvalidInputError } from '../../domain/errors.ts';
import { randomId } from '../../domain/ids.ts';
import type { ConversationId, MessageId } from '../../domain/ids.ts';
import { MAX_QUESTION_LENGTH } from '../../domain/settings.ts';
import { parseQuestion } from '../../engine/ranking/parse-question.ts';
import { retrieve } from '../knowledge/retrieve.ts';
import type { RetrieveDeps, Retrieval } from '../knowledge/retrieve.ts';
import type { Conversations } from './conversations.ts';
import { answerExtractively } from './extractive-answer.ts';
import { generateAnswer } from './generated-answer.ts';
import type { LanguageModel } from './generated-answer.ts';
import { queryFor } from './query.ts';
import { titleFor } from './title.ts';

export interface AnswerRequest {
  readonly question: string;
  readonly conversationId?: ConversationId;
  readonly mode: 'auto' | 'extractive';
}

export interface AnswerDeps extends RetrieveDeps {
  readonly conversations: Conversations;
  /** The provider's model; absent when none is set up. */
  readonly languageModel: LanguageModel | undefined;
  readonly now: () => number;
}

/** What an answerer leaves behind when it ends, however it ends. */
export type AnswerDraft = Omit<
  AnswerMessage,
  'role' | 'messageId' | 'questionId' | 'createdAt' | 'timings' | 'explanation'
>;

/**
 * question → query → retrieve (words and meaning, fused, packed into passages) → answer: the provider's model writes
 * with numbered citations, or, without one, the best sentences are quoted → store. The question is stored before the
 * work begins and the answer as it grows, so that a closed tab loses neither. Throws `InvalidInputError` before
 * anything is stored when the question is empty or too long.
 */
export async function* answer(
  request: AnswerRequest,
  deps: AnswerDeps,
  { signal }: { readonly signal: AbortSignal },
): AsyncGenerator<AnswerEvent, void, undefined> {
  const text = checkQuestion(request.question);
  const { conversations } = deps;
  const opened = request.conversationId ? await conversations.open(request.conversationId) : undefined;
  const earlier = opened?.messages ?? [];
  const question: QuestionMessage = { role: 'user', messageId: randomId<MessageId>(), text, createdAt: deps.now() };
  const conversation = await conversations.put(opened?.conversation ?? conversations.begin(titleFor(text)), [question]);
  yield { type: 'started', conversationId: conversation.conversationId, question };

  const startedAt = performance.now();
  const shell = {
    role: 'assistant',
    messageId: randomId<MessageId>(),
    questionId: question.messageId,
    createdAt: deps.now(),
  } as const;
  let retrieval: Retrieval | undefined;
  const finish = async (draft: AnswerDraft): Promise<AnswerEvent> => {
    const totalMs = performance.now() - startedAt;
    const message: AnswerMessage = {
      ...shell,
      ...draft,
      timings: { ...retrieval?.timings, totalMs },
      ...(retrieval && { explanation: retrieval.explanation }),
    };
    const stored = await conversations.put(conversation, [message]);
    const shown = conversations.hasUnsaved(stored) ? { ...message, keepingProblem: NOT_KEPT } : message;
    return { type: 'finished', message: shown, conversationTitle: stored.title };
  };

  try {
    retrieval = await retrieve(queryFor(text, earlier), deps, { signal });
    yield { type: 'retrieved', passages: retrieval.passages };
    const isGenerated = request.mode === 'auto' && deps.languageModel !== undefined && retrieval.passages.length > 0;
    const draft: AnswerDraft = isGenerated
      ? yield* generateAnswer(
          { question: text, earlier, retrieval, languageModel: deps.languageModel, keep },
          { signal },
        )
      : await answerExtractively(parseQuestion(text, deps.now()).text || text, retrieval, deps, { signal });
    if (!isGenerated) {
      yield { type: 'text', delta: draft.text };
      yield { type: 'citations', citations: draft.citations };
    }
    yield await finish(draft);
  } catch (error) {
    if (!signal.aborted) throw error;
    yield await finish({ ...EMPTY_DRAFT, ending: 'stopped' });
  }

  /** Stores what has been written so far; the final message takes its place. */
  async function keep(draft: AnswerDraft): Promise<void> {
    await conversations.put(conversation, [
      { ...shell, ...draft, timings: { totalMs: performance.now() - startedAt } },
    ]);
  }
}

const NOT_KEPT =
  'There is no room left on this device, so this question and its answer could not be saved: they go when you lock the library or close the tab. Everything saved before is safe. Free some space, then ask again.';

const EMPTY_DRAFT: AnswerDraft = {
  text: '',
  mode: 'extractive',
  ending: 'complete',
  isUnanswered: false,
  citations: [],
  droppedCitationCount: 0,
};

function checkQuestion(question: string): string {
  const text = question.trim();
  if (text === '') throw new InvalidInputError('The question is empty. Write one and send it again.');
  if (text.length > MAX_QUESTION_LENGTH) {
    throw new InvalidInputError(
      `The question has ${text.length} characters; up to ${MAX_QUESTION_LENGTH} can be asked at once. Nothing was sent. Shorten it, or drop the long text in as a file and ask about it.`,
    );
  }
  return text;
}
