import { describe, expect, it } from 'vitest';
import type { QuestionMessage } from '../../../../src/domain/conversation.ts';
import { StorageFullError } from '../../../../src/domain/errors.ts';
import { randomId } from '../../../../src/domain/ids.ts';
import type { MessageId } from '../../../../src/domain/ids.ts';
import { Conversations } from '../../../../src/features/chat/conversations.ts';
import { MemoryStore } from '../../../../src/platform/storage/memory-store.ts';
import type { Write } from '../../../../src/platform/storage/record-store.ts';

/** A device whose room runs out and comes back. */
class ScarceStore extends MemoryStore {
  isFull = false;

  override async commit(writes: readonly Write[]): Promise<void> {
    if (this.isFull) throw new StorageFullError('There is no room left.');
    await super.commit(writes);
  }
}

function question(text: string): QuestionMessage {
  return { role: 'user', messageId: randomId<MessageId>(), text, createdAt: 0 };
}

describe('Conversations on a full device', () => {
  it('shows what could not be stored while open, and says that it is not stored', async () => {
    const store = new ScarceStore();
    const conversations = await Conversations.open(store, () => 0);
    const kept = await conversations.put(conversations.begin('Herons'), [question('Where?')]);
    store.isFull = true;
    const full = await conversations.put(kept, [question('And when?')]);
    expect(conversations.hasUnsaved(full)).toBe(true);
    const { messages } = await conversations.open(kept.conversationId);
    expect(messages.map(({ text }) => text)).toEqual(['Where?', 'And when?']);
    const reopened = await Conversations.open(store, () => 0);
    expect((await reopened.open(kept.conversationId)).messages.map(({ text }) => text)).toEqual(['Where?']);
  });

  it('stores it with the next message once there is room', async () => {
    const store = new ScarceStore();
    const conversations = await Conversations.open(store, () => 0);
    store.isFull = true;
    const begun = await conversations.put(conversations.begin('Herons'), [question('Where?')]);
    store.isFull = false;
    const stored = await conversations.put(begun, [question('And when?')]);
    expect(conversations.hasUnsaved(stored)).toBe(false);
    const reopened = await Conversations.open(store, () => 0);
    const { messages } = await reopened.open(begun.conversationId);
    expect(messages.map(({ text }) => text)).toEqual(['Where?', 'And when?']);
  });
});
