import { requestEvents } from '../../platform/compute/event-stream.ts';
import type { AnswerEvent } from '../../domain/answer-event.ts';
import type { AnswerMessage, Message } from '../../domain/conversation.ts';
import type { ConversationId } from '../../domain/ids.ts';
import type { AskRequest } from '../../../workers/core/api.ts';
import type { Core } from './core.svelte.ts';
import { messageOf } from './app.svelte.ts';
import { LiveAnswer } from './live-answer.svelte.ts';

/** A question and what came of it. `live` stays after the end, so that nothing drawn is drawn again. */
export interface Turn {
  readonly key: string;
  readonly question: string;
  readonly answer?: AnswerMessage;
  readonly live?: LiveAnswer;
}

export interface ConversationHooks {
  /** An answer is about to be made, which nothing should interrupt; returns what is called when it has ended. */
  readonly onAsked: () => () => void;
  /** The conversation got its id: its first question is stored. */
  readonly onStarted: (conversation: ConversationState, conversationId: ConversationId) => void;
  /** An answer ended, or the stored conversation changed in another way. */
  readonly onChanged: () => void;
}

/** One conversation on screen: its turns, and at most one answer being made. */
export class ConversationState {
  readonly #core: () => Core;
  readonly #hooks: ConversationHooks;
  #conversationId = $state.raw<ConversationId>();
  #turns = $state.raw<readonly Turn[]>([]);
  #isLoading = $state(false);
  #problem = $state.raw<string>();
  #announcement = $state.raw('');
  #turnCount = 0;

  constructor(core: () => Core, hooks: ConversationHooks, conversationId?: ConversationId) {
    this.#core = core;
    this.#hooks = hooks;
    this.#conversationId = conversationId;
    if (conversationId !== undefined) void this.#load(conversationId);
  }

  get conversationId(): ConversationId | undefined {
    return this.#conversationId;
  }

  get turns(): readonly Turn[] {
    return this.#turns;
  }

  get isLoading(): boolean {
    return this.#isLoading;
  }

  /** Why the stored conversation could not be shown. */
  get problem(): string | undefined {
    return this.#problem;
  }

  /** What a screen reader is told, once per answer. */
  get announcement(): string {
    return this.#announcement;
  }

  readonly #running = $derived(this.#turns.at(-1)?.live?.isRunning === true ? this.#turns.at(-1)?.live : undefined);

  /** The answer being made, if there is one. */
  get running(): LiveAnswer | undefined {
    return this.#running;
  }

  /** Asks; resolves when the answer has ended, however it ended. One question at a time. */
  async ask(question: string, mode: AskRequest['mode'], describe: (live: LiveAnswer) => string): Promise<void> {
    if (this.#running !== undefined) return;
    const live = new LiveAnswer();
    const onEnded = this.#hooks.onAsked();
    this.#announcement = '';
    this.#turns = [...this.#turns, { key: `asked-${this.#turnCount++}`, question, live }];
    const request: AskRequest = {
      question,
      mode,
      ...(this.#conversationId && { conversationId: this.#conversationId }),
    };
    try {
      const events = requestEvents<AnswerEvent>((port) => this.#core().ask(request, port), { signal: live.signal });
      for await (const event of events) {
        if (event.type === 'started') this.#started(event.conversationId);
        live.take(event);
      }
      if (live.isRunning) live.break(new Error(STOPPED_EARLY));
    } catch (error) {
      live.break(error);
    } finally {
      onEnded();
    }
    this.#announcement = describe(live);
    this.#hooks.onChanged();
  }

  stop(): void {
    this.#running?.stop();
  }

  async #load(conversationId: ConversationId): Promise<void> {
    this.#isLoading = true;
    try {
      const { messages } = await this.#core().openConversation(conversationId);
      this.#turns = turnsOf(messages);
    } catch (error) {
      this.#problem = messageOf(error);
    } finally {
      this.#isLoading = false;
    }
  }

  #started(conversationId: ConversationId): void {
    if (this.#conversationId !== undefined) return;
    this.#conversationId = conversationId;
    this.#hooks.onStarted(this, conversationId);
  }
}

const STOPPED_EARLY = 'The answer broke off without a reason given. What had arrived stays. Ask again.';

/** Pairs stored messages. A question without an answer was cut off before anything was written. */
export function turnsOf(messages: readonly Message[]): readonly Turn[] {
  const answers = new Map<string, AnswerMessage>();
  for (const message of messages) if (message.role === 'assistant') answers.set(message.questionId, message);
  const turns: Turn[] = [];
  for (const message of messages) {
    if (message.role !== 'user') continue;
    const answer = answers.get(message.messageId);
    turns.push({ key: message.messageId, question: message.text, ...(answer && { answer }) });
  }
  return turns;
}
