import { describe, expect, it } from 'vitest';
import type { Conversation } from '../../../../src/domain/conversation.ts';
import { randomId, type ConversationId } from '../../../../src/domain/ids.ts';
import { groupByRecency } from '../../../../src/ui/state/recency.ts';

const at = (updatedAt: number): Conversation => ({
  conversationId: randomId<ConversationId>(),
  title: String(updatedAt),
  isTitleChosen: false,
  createdAt: updatedAt,
  updatedAt,
  messageIds: [],
});

describe('conversations by recency', () => {
  it('are grouped by calendar day, not by hours passed', () => {
    const now = new Date(2026, 10, 21, 0, 30).getTime();
    const groups = groupByRecency(
      [
        at(new Date(2026, 10, 21, 0, 5).getTime()),
        at(new Date(2026, 10, 20, 23, 55).getTime()),
        at(new Date(2026, 10, 19, 12).getTime()),
        at(new Date(2026, 10, 1, 12).getTime()),
        at(new Date(2025, 0, 1).getTime()),
      ],
      now,
    );
    expect(groups.map(({ label, conversations }) => [label, conversations.length])).toEqual([
      ['Today', 1],
      ['Yesterday', 1],
      ['Past week', 1],
      ['Past month', 1],
      ['Earlier', 1],
    ]);
  });

  it('keep everything, also what comes from a clock ahead of ours', () => {
    const now = new Date(2026, 5, 1, 12).getTime();
    const conversations = Array.from({ length: 50 }, (_, i) => at(now + 86_400_000 - i * 86_400_000));
    expect(groupByRecency(conversations, now).flatMap((group) => group.conversations)).toEqual(conversations);
  });

  it('leave out empty groups', () => {
    expect(groupByRecency([], Date.now())).toEqual([]);
  });
});
