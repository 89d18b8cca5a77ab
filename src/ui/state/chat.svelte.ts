import type { ConversationId } from '../../domain/ids.ts';
import type { AskRequest } from '../../../workers/core/api.ts';
import type { AppState } from './app.svelte.ts';
import { ConversationListState } from './conversation-list.svelte.ts';
import { ConversationState } from './conversation.svelte.ts';

/** All conversations of the open library: the list, and the one shown. An answer goes on while another is read. */
export class ChatState {
  readonly list: ConversationListState;
  readonly #app: AppState;
  readonly #held = new Map<ConversationId, ConversationState>();
  #blank: ConversationState | undefined;
  #mode = $state.raw<AskRequest['mode']>('auto');
  #draft = $state.raw('');

  constructor(app: AppState) {
    this.#app = app;
    this.list = new ConversationListState(() => app.core);
  }

  /** Whether the next answer may come from the provider's model. */
  get mode(): AskRequest['mode'] {
    return this.#mode;
  }

  set mode(mode: AskRequest['mode']) {
    this.#mode = mode;
  }

  /** The question being typed; it survives a look at another screen. */
  get draft(): string {
    return this.#draft;
  }

  set draft(text: string) {
    this.#draft = text;
  }

  /** The state of a conversation, or a blank one. `onStarted` hears the id a blank one gets with its first question. */
  conversation(id: ConversationId | undefined, onStarted: (id: ConversationId) => void): ConversationState {
    const held = id === undefined ? this.#blank : this.#held.get(id);
    if (held !== undefined && held.problem === undefined) return held;
    this.#forgetIdle();
    const made = new ConversationState(
      () => this.#app.core,
      {
        onAsked: () => this.#app.beginWork(),
        onStarted: (conversation, startedId) => {
          this.#held.set(startedId, conversation);
          const isShown = this.#blank === conversation;
          if (isShown) this.#blank = undefined;
          void this.list.refresh();
          if (isShown) onStarted(startedId);
        },
        onChanged: () => void this.list.refresh(),
      },
      id,
    );
    if (id === undefined) this.#blank = made;
    else this.#held.set(id, made);
    return made;
  }

  /** Drops what is kept of a deleted conversation. */
  async delete(id: ConversationId): Promise<void> {
    this.#held.get(id)?.stop();
    await this.list.delete(id);
    this.#held.delete(id);
  }

  #forgetIdle(): void {
    for (const [id, conversation] of this.#held) if (conversation.running === undefined) this.#held.delete(id);
    if (this.#blank?.running === undefined) this.#blank = undefined;
  }
}

const states = new WeakMap<AppState, ChatState>();

/** The chat state that belongs to an app, made on first use: everything about chat loads after unlocking. */
export function chatOf(app: AppState): ChatState {
  let chat = states.get(app);
  if (chat === undefined) {
    chat = new ChatState(app);
    states.set(app, chat);
  }
  return chat;
}
