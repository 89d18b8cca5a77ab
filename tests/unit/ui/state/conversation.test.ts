import { beforeEach, describe, expect, it, vi } from 'vitest';
import { serveEvents } from '../../../../src/platform/compute/event-stream.ts';
import type { AnswerEvent } from '../../../../src/domain/answer-event.ts';
import type { Citation } from '../../../../src/domain/citation.ts';
import type { AnswerMessage, QuestionMessage } from '../../../../src/domain/conversation.ts';
import { randomId } from '../../../../src/domain/ids.ts';
import type { ChunkId, ConversationId, DocumentId, MessageId, VersionId } from '../../../../src/domain/ids.ts';
import { ConversationState, turnsOf } from '../../../../src/ui/state/conversation.svelte.ts';
import type { Core } from '../../../../src/ui/state/core.svelte.ts';
import { announcementOf } from '../../../../src/ui/text/chat.ts';

const conversationId = randomId<ConversationId>();
const question: QuestionMessage = { role: 'user', messageId: randomId<MessageId>(), text: 'When?', createdAt: 1 };

const citation = (marker: number): Citation => ({
  marker,
  chunkId: randomId<ChunkId>(),
  documentId: randomId<DocumentId>(),
  versionId: randomId<VersionId>(),
  title: 'Lease',
  path: 'lease.md',
  locator: { kind: 'text', range: { start: 0, end: 1 } },
  quote: { exact: 'x', prefix: '', suffix: '' },
});

const answer: AnswerMessage = {
  role: 'assistant',
  messageId: randomId<MessageId>(),
  questionId: question.messageId,
  text: 'In March [1].',
  mode: 'generated',
  ending: 'complete',
  isUnanswered: false,
  citations: [citation(1)],
  droppedCitationCount: 0,
  timings: { totalMs: 5 },
  createdAt: 2,
};

const started: AnswerEvent = { type: 'started', conversationId, question };
const retrieved: AnswerEvent = {
  type: 'retrieved',
  passages: [1, 2].map((marker) => ({ marker, citation: citation(marker), headingPath: [], text: 'x', tokenCount: 1 })),
};
const finished: AnswerEvent = { type: 'finished', message: answer, conversationTitle: 'When?' };

/** A core whose `ask` streams these events; after them it waits for the reader to stop when `isEndless`. */
function coreWith(events: readonly (AnswerEvent | Error)[], isEndless = false): () => Core {
  const ask: Core['ask'] = (_, port) => {
    serveEvents<AnswerEvent>(port, async function* (signal) {
      for (const event of events) {
        if (event instanceof Error) throw event;
        yield event;
      }
      if (isEndless) await new Promise((resolve) => signal.addEventListener('abort', resolve));
    });
    return Promise.resolve();
  };
  return () => ({ ask }) as Core;
}

const onEnded = vi.fn();
const hooks = { onAsked: vi.fn(() => onEnded), onStarted: vi.fn(), onChanged: vi.fn() };

beforeEach(() => {
  vi.clearAllMocks();
  // Node draws no frames: text is then shown when the stream ends.
  vi.stubGlobal('requestAnimationFrame', () => 1);
  vi.stubGlobal('cancelAnimationFrame', () => undefined);
});

describe('a conversation', () => {
  it('shows a whole answer, gets its id, and says once that it is done', async () => {
    const conversation = new ConversationState(
      coreWith([started, retrieved, { type: 'text', delta: 'In March [1].' }, finished]),
      hooks,
    );
    await conversation.ask('When?', 'auto', announcementOf);
    expect(conversation.conversationId).toBe(conversationId);
    expect(hooks.onStarted).toHaveBeenCalledWith(conversation, conversationId);
    expect(hooks.onChanged).toHaveBeenCalledOnce();
    expect(conversation.turns).toHaveLength(1);
    expect(conversation.turns[0]?.live?.stage).toEqual({ kind: 'finished', message: answer });
    expect(conversation.announcement).toBe('Answer finished, with 1 source.');
    expect(conversation.running).toBeUndefined();
  });

  it('keeps the partial text and only the citations it uses when stopped', async () => {
    const conversation = new ConversationState(
      coreWith([started, retrieved, { type: 'text', delta: 'In Mar [2]' }], true),
      hooks,
    );
    const asked = conversation.ask('When?', 'auto', announcementOf);
    await vi.waitFor(() => expect(conversation.running?.stage.kind).toBe('writing'));
    conversation.stop();
    await asked;
    const live = conversation.turns[0]?.live;
    expect(live?.stage.kind).toBe('stopped');
    expect(live?.text).toBe('In Mar [2]');
    expect(live?.citations.map(({ marker }) => marker)).toEqual([2]);
    expect(conversation.announcement).toContain('stopped');
  });

  it('keeps the partial text and says why when the stream breaks', async () => {
    const events = [started, { type: 'text', delta: 'In' } as const, new Error('The worker is gone.')];
    const conversation = new ConversationState(coreWith(events), hooks);
    await conversation.ask('When?', 'auto', announcementOf);
    expect(conversation.turns[0]?.live?.text).toBe('In');
    expect(conversation.turns[0]?.live?.stage).toEqual({ kind: 'broken', problem: 'The worker is gone.' });
    expect(onEnded).toHaveBeenCalledOnce();
  });

  it('takes no second question while one is being answered', async () => {
    const conversation = new ConversationState(coreWith([started], true), hooks);
    const asked = conversation.ask('When?', 'auto', announcementOf);
    await conversation.ask('And where?', 'auto', announcementOf);
    expect(hooks.onAsked).toHaveBeenCalledOnce();
    expect(onEnded).not.toHaveBeenCalled();
    expect(conversation.turns.map((turn) => turn.question)).toEqual(['When?']);
    conversation.stop();
    await asked;
    expect(onEnded).toHaveBeenCalledOnce();
  });
});

describe('stored messages', () => {
  it('are paired by question, whatever their order, and a question without an answer stays', () => {
    const lost: QuestionMessage = { ...question, messageId: randomId<MessageId>(), text: 'Lost?' };
    expect(turnsOf([answer, question, lost])).toEqual([
      { key: question.messageId, question: 'When?', answer },
      { key: lost.messageId, question: 'Lost?' },
    ]);
  });
});
