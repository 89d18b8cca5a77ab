import type { Citation } from './citation.ts';
import type { ConversationId, MessageId } from './ids.ts';
import type { AnswerExplanation } from './explanation.ts';
import type { StageTimings } from './hit.ts';

export interface Conversation {
  readonly conversationId: ConversationId;
  readonly title: string;
  /** True once the person named it; an automatic title never overwrites theirs. */
  readonly isTitleChosen: boolean;
  readonly createdAt: number;
  readonly updatedAt: number;
  readonly messageIds: readonly MessageId[];
}

/** `extractive`: quoted sentences, no model. `generated`: written by the provider's model. */
export type AnswerMode = 'extractive' | 'generated';

/** `complete`, or why the text stops early. Partial text is always kept. */
export type AnswerEnding = 'complete' | 'stopped' | 'failed' | 'interrupted';

export interface QuestionMessage {
  readonly role: 'user';
  readonly messageId: MessageId;
  readonly text: string;
  readonly createdAt: number;
}

export interface AnswerMessage {
  readonly role: 'assistant';
  readonly messageId: MessageId;
  readonly questionId: MessageId;
  /** Markdown with `[n]` markers; every marker has a citation. */
  readonly text: string;
  readonly mode: AnswerMode;
  readonly ending: AnswerEnding;
  /** Present when `ending` is `failed`: what happened and what to do. */
  readonly problem?: string;
  /** Present while the message could not be stored: what that means and what to do. */
  readonly keepingProblem?: string;
  /** True when the library holds nothing on the question. */
  readonly isUnanswered: boolean;
  readonly citations: readonly Citation[];
  /** Markers the model wrote for passages that do not exist; they were removed from the text. */
  readonly droppedCitationCount: number;
  readonly modelName?: string;
  readonly inputTokens?: number;
  readonly outputTokens?: number;
  readonly timings: StageTimings;
  /** How its sources were found; absent in answers of earlier versions. */
  readonly explanation?: AnswerExplanation;
  readonly createdAt: number;
}

export type Message = QuestionMessage | AnswerMessage;
