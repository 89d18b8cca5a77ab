import type { Conversation } from '../../domain/conversation.ts';

export interface RecencyGroup {
  readonly label: string;
  readonly conversations: readonly Conversation[];
}

const DAY_MS = 86_400_000;

/** Splits conversations, newest first, by how long ago they were last used, in calendar days of `now`'s time zone. */
export function groupByRecency(conversations: readonly Conversation[], now: number): readonly RecencyGroup[] {
  const today = new Date(now).setHours(0, 0, 0, 0);
  const bounds: readonly (readonly [string, number])[] = [
    ['Today', today],
    ['Yesterday', startOfDay(today - DAY_MS / 2)],
    ['Past week', startOfDay(today - 6.5 * DAY_MS)],
    ['Past month', startOfDay(today - 29.5 * DAY_MS)],
    ['Earlier', -Infinity],
  ];
  const groups: RecencyGroup[] = [];
  let end = Infinity;
  for (const [label, start] of bounds) {
    const inside = conversations.filter(({ updatedAt }) => updatedAt >= start && updatedAt < end);
    if (inside.length > 0) groups.push({ label, conversations: inside });
    end = start;
  }
  return groups;
}

/** Half a day is taken off above so that a day of 23 or 25 hours does not shift the bound. */
function startOfDay(time: number): number {
  return new Date(time).setHours(0, 0, 0, 0);
}
