import type { Conversation, Message } from '../../domain/conversation.ts';
import { InvalidInputError, NotFoundError, StorageFullError } from '../../domain/errors.ts';
import { randomId, recordIdOf } from '../../domain/ids.ts';
import type { ConversationId, MessageId } from '../../domain/ids.ts';
import { MAX_TITLE_LENGTH } from '../../domain/settings.ts';
import { decodeRecord, encodeRecord } from '../../platform/storage/json-record.ts';
import type { RecordStore, Write } from '../../platform/storage/record-store.ts';

/** The person's conversations. Few enough to keep their heads in memory; messages are read when opened or searched. */
export class Conversations {
  readonly #store: RecordStore;
  readonly #heads = new Map<ConversationId, Conversation>();
  /** Messages there was no room to store. They are shown while the library is open and stored with the next that are. */
  readonly #unsaved = new Map<MessageId, Message>();
  readonly #now: () => number;

  private constructor(store: RecordStore, now: () => number) {
    this.#store = store;
    this.#now = now;
  }

  #damagedCount = 0;

  /** Conversations on disk that are not what was sealed there. */
  get damagedCount(): number {
    return this.#damagedCount;
  }

  static async open(store: RecordStore, now: () => number): Promise<Conversations> {
    const conversations = new Conversations(store, now);
    // A damaged conversation is left out and counted; the others open.
    const onDamaged = (): void => {
      conversations.#damagedCount++;
    };
    for (const { value } of await store.list('conversations', onDamaged)) {
      const head = decodeRecord<Conversation>(value);
      conversations.#heads.set(head.conversationId, head);
    }
    return conversations;
  }

  /** The latest first. With a query: those whose title or messages hold every word of it. */
  async list(query: string): Promise<Conversation[]> {
    const heads = [...this.#heads.values()].sort((a, b) => b.updatedAt - a.updatedAt);
    const words = fold(query).split(/\s+/u).filter(Boolean);
    if (words.length === 0) return heads;
    const found: Conversation[] = [];
    for (const head of heads) {
      const messages = await this.#readMessages(head);
      const text = fold([head.title, ...messages.map((message) => message.text)].join('\n'));
      if (words.every((word) => text.includes(word))) found.push(head);
    }
    return found;
  }

  /** Throws `NotFoundError`. */
  async open(conversationId: ConversationId): Promise<{ conversation: Conversation; messages: Message[] }> {
    const conversation = this.#get(conversationId);
    return { conversation, messages: await this.#readMessages(conversation) };
  }

  /** A conversation that is stored with its first message. */
  begin(title: string): Conversation {
    const now = this.#now();
    return {
      conversationId: randomId<ConversationId>(),
      title,
      isTitleChosen: false,
      createdAt: now,
      updatedAt: now,
      messageIds: [],
    };
  }

  /**
   * Adds messages at the end, or replaces those already in it, in one commit. Where the storage is full they are kept
   * in memory, so that a full device can still be asked: `hasUnsaved` tells.
   */
  async put(conversation: Conversation, messages: readonly Message[]): Promise<Conversation> {
    const known = this.#heads.get(conversation.conversationId) ?? conversation;
    const ids = messages.map((message) => message.messageId);
    const added = ids.filter((id) => !known.messageIds.includes(id));
    const updated: Conversation = { ...known, messageIds: [...known.messageIds, ...added], updatedAt: this.#now() };
    const waiting = known.messageIds.flatMap((id) => (ids.includes(id) ? [] : (this.#unsaved.get(id) ?? [])));
    const writing = [...waiting, ...messages];
    try {
      await this.#store.commit([
        putHead(updated),
        ...writing.map((message): Write => ({
          kind: 'put',
          store: 'messages',
          id: recordIdOf(message.messageId),
          value: encodeRecord(message),
        })),
      ]);
      for (const { messageId } of writing) this.#unsaved.delete(messageId);
    } catch (error) {
      if (!(error instanceof StorageFullError)) throw error;
      for (const message of writing) this.#unsaved.set(message.messageId, message);
    }
    this.#heads.set(updated.conversationId, updated);
    return updated;
  }

  /** Whether something of the conversation is in memory only. */
  hasUnsaved({ messageIds }: Conversation): boolean {
    return messageIds.some((id) => this.#unsaved.has(id));
  }

  /** Throws `InvalidInputError` on an empty or overlong title, `NotFoundError`. */
  async rename(conversationId: ConversationId, title: string): Promise<void> {
    const trimmed = title.trim();
    if (trimmed === '' || trimmed.length > MAX_TITLE_LENGTH) {
      throw new InvalidInputError(`A title has between 1 and ${MAX_TITLE_LENGTH} characters. The old title stays.`);
    }
    const renamed: Conversation = { ...this.#get(conversationId), title: trimmed, isTitleChosen: true };
    await this.#store.commit([putHead(renamed)]);
    this.#heads.set(conversationId, renamed);
  }

  async delete(conversationId: ConversationId): Promise<void> {
    const head = this.#heads.get(conversationId);
    if (!head) return;
    await this.#store.commit([
      { kind: 'delete', store: 'conversations', id: recordIdOf(conversationId) },
      ...head.messageIds.map((id): Write => ({ kind: 'delete', store: 'messages', id: recordIdOf(id) })),
    ]);
    this.#heads.delete(conversationId);
    for (const id of head.messageIds) this.#unsaved.delete(id);
  }

  #get(conversationId: ConversationId): Conversation {
    const head = this.#heads.get(conversationId);
    if (!head) throw new NotFoundError('This conversation is no longer in the library.');
    return head;
  }

  async #readMessages(head: Conversation): Promise<Message[]> {
    const records = await this.#store.findMany('messages', head.messageIds.map(recordIdOf), () => undefined);
    return head.messageIds.flatMap((id, index) => {
      const record = records[index];
      return this.#unsaved.get(id) ?? (record === undefined ? [] : decodeRecord<Message>(record));
    });
  }
}

function putHead(conversation: Conversation): Write {
  return {
    kind: 'put',
    store: 'conversations',
    id: recordIdOf(conversation.conversationId),
    value: encodeRecord(conversation),
  };
}

function fold(text: string): string {
  return text.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase();
}
