import type { Citation, Passage } from './citation.ts';
import type { AnswerMessage, QuestionMessage } from './conversation.ts';
import type { ConversationId } from './ids.ts';

/** Everything that happens while one question is answered, in order. The last event is always `finished`. */
export type AnswerEvent =
  | { readonly type: 'started'; readonly conversationId: ConversationId; readonly question: QuestionMessage }
  | { readonly type: 'retrieved'; readonly passages: readonly Passage[] }
  /** Waiting before another try; nothing has been shown yet. */
  | { readonly type: 'retrying'; readonly attempt: number; readonly waitMs: number; readonly reason: string }
  | { readonly type: 'text'; readonly delta: string }
  | { readonly type: 'citations'; readonly citations: readonly Citation[] }
  | { readonly type: 'finished'; readonly message: AnswerMessage; readonly conversationTitle: string };
