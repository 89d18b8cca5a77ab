import type { Conversation } from '../../domain/conversation.ts';
import type { ConversationId } from '../../domain/ids.ts';
import type { Core } from './core.svelte.ts';
import { messageOf } from './app.svelte.ts';

/** The stored conversations that fit the query, newest first. */
export class ConversationListState {
  readonly #core: () => Core;
  #conversations = $state.raw<readonly Conversation[]>();
  #query = $state.raw('');
  #problem = $state.raw<string>();
  #request = 0;

  constructor(core: () => Core) {
    this.#core = core;
  }

  /** Absent until the first list has arrived. */
  get conversations(): readonly Conversation[] | undefined {
    return this.#conversations;
  }

  get query(): string {
    return this.#query;
  }

  get problem(): string | undefined {
    return this.#problem;
  }

  async search(query: string): Promise<void> {
    this.#query = query;
    await this.refresh();
  }

  /** Asks core again. A slow answer to an older request is dropped. */
  async refresh(): Promise<void> {
    const request = ++this.#request;
    try {
      const conversations = await this.#core().listConversations(this.#query.trim());
      if (request !== this.#request) return;
      this.#conversations = conversations.toSorted((a, b) => b.updatedAt - a.updatedAt);
      this.#problem = undefined;
    } catch (error) {
      if (request === this.#request) this.#problem = messageOf(error);
    }
  }

  async rename(id: ConversationId, title: string): Promise<void> {
    await this.#core().renameConversation(id, title);
    await this.refresh();
  }

  async delete(id: ConversationId): Promise<void> {
    await this.#core().deleteConversation(id);
    await this.refresh();
  }
}
