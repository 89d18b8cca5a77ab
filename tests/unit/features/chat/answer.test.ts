import { describe, expect, it } from 'vitest';
import type { AnswerEvent } from '../../../../src/domain/answer-event.ts';
import type { AnswerMessage } from '../../../../src/domain/conversation.ts';
import { DEFAULT_SETTINGS } from '../../../../src/domain/settings.ts';
import { answer, type AnswerDeps, type AnswerRequest } from '../../../../src/features/chat/answer.ts';
import { Conversations } from '../../../../src/features/chat/conversations.ts';
import type { LanguageModel } from '../../../../src/features/chat/generated-answer.ts';
import type { ChatRequest, LlmClient, LlmEvent } from '../../../../src/platform/llm/llm-client.ts';
import { openInProcess, type InProcessLibrary } from '../../../fixtures/library/in-process.ts';

const FILES = {
  'lamp.md':
    '# The lamp\n\n## Winding\n\nA full wind lasts four hours and twenty minutes. The crank turns clockwise.\n',
  'soup.md': '# Fish soup\n\nSimmer the heads for twenty minutes. Oda cannot eat celeriac.\n',
};

interface Desk {
  readonly lib: InProcessLibrary;
  readonly conversations: Conversations;
  ask(
    request: Partial<AnswerRequest> & { question: string },
    model?: LanguageModel,
    signal?: AbortSignal,
  ): AsyncGenerator<AnswerEvent>;
}

async function openDesk(): Promise<Desk> {
  const lib = await openInProcess();
  await lib.take(FILES);
  let clock = 0;
  const now = (): number => ++clock;
  const conversations = await Conversations.open(lib.vault.store, now);
  return {
    lib,
    conversations,
    ask: (request, languageModel, signal = new AbortController().signal) => {
      const deps: AnswerDeps = {
        library: lib.library,
        meaning: lib.meaning,
        searcher: lib.searcher,
        settings: DEFAULT_SETTINGS.retrieval,
        conversations,
        languageModel,
        now,
      };
      return answer({ mode: 'auto', ...request }, deps, { signal });
    },
  };
}

async function lastMessage(events: AsyncIterable<AnswerEvent>): Promise<AnswerMessage> {
  let message: AnswerMessage | undefined;
  for await (const event of events) if (event.type === 'finished') message = event.message;
  if (!message) throw new Error('The answer did not finish.');
  return message;
}

/** A model that says what it is told to, and remembers what it was asked. */
function scripted(events: readonly LlmEvent[]): { model: LanguageModel; requests: ChatRequest[] } {
  const requests: ChatRequest[] = [];
  const client: LlmClient = {
    async *chat(request) {
      requests.push(request);
      for (const event of events) yield await Promise.resolve(event);
    },
    listModels: () => Promise.resolve({ kind: 'models', modelNames: [] }),
  };
  return { requests, model: { client, modelName: 'scripted', temperature: 0, maxOutputTokens: 100 } };
}

describe('an answer without a model', () => {
  it('quotes the sentence that answers and cites exactly that sentence', async () => {
    const desk = await openDesk();
    const message = await lastMessage(desk.ask({ question: 'How long does a full wind last?' }));
    expect(message).toMatchObject({ mode: 'extractive', ending: 'complete', isUnanswered: false });
    expect(message.text).toContain('A full wind lasts four hours and twenty minutes. [1]');
    const [citation] = message.citations;
    const { text } = await desk.lib.library.readText(citation!.versionId);
    const { start, end } = citation!.locator.range;
    expect(text.slice(start, end)).toBe('A full wind lasts four hours and twenty minutes.');
  });

  it('is the same every time', async () => {
    const desk = await openDesk();
    const ask = async (): Promise<unknown> => {
      const { text, citations } = await lastMessage(desk.ask({ question: 'What can Oda not eat?' }));
      return { text, citations };
    };
    expect(await ask()).toEqual(await ask());
  });

  it('says so when the library has nothing on the question', async () => {
    const desk = await openDesk();
    const message = await lastMessage(desk.ask({ question: 'Which treaty ended the Peloponnesian war?' }));
    expect(message.isUnanswered).toBe(true);
    expect(message.text).toBe('');
  });

  it('refuses an empty question and one over 5,000 characters before anything is stored', async () => {
    const desk = await openDesk();
    await expect(desk.ask({ question: '  ' }).next()).rejects.toThrow('empty');
    await expect(desk.ask({ question: 'x'.repeat(5001) }).next()).rejects.toThrow('5001 characters');
    expect(await desk.conversations.list('')).toEqual([]);
  });
});

describe('an answer from a model', () => {
  it('keeps citations of passages it was given and drops the others, counted', async () => {
    const desk = await openDesk();
    const { model, requests } = scripted([
      { type: 'text', delta: 'Four hours and twenty minutes [1' },
      { type: 'text', delta: '], says nobody [42].' },
      { type: 'finished', ending: 'complete', inputTokens: 10, outputTokens: 5 },
    ]);
    const message = await lastMessage(desk.ask({ question: 'How long does a full wind last?' }, model));
    expect(message.text).toBe('Four hours and twenty minutes [1], says nobody.');
    expect(message).toMatchObject({
      mode: 'generated',
      droppedCitationCount: 1,
      inputTokens: 10,
      modelName: 'scripted',
    });
    expect(message.citations.map((citation) => citation.marker)).toEqual([1]);
    expect(requests[0]?.messages.at(-1)?.content).toContain('A full wind lasts four hours');
  });

  it('keeps the text that had come when the connection broke', async () => {
    const desk = await openDesk();
    const problem = { kind: 'interrupted', message: 'The connection broke.' } as const;
    const { model } = scripted([
      { type: 'text', delta: 'Four hours' },
      { type: 'finished', ending: 'interrupted', problem },
    ]);
    const message = await lastMessage(desk.ask({ question: 'How long does a full wind last?' }, model));
    expect(message).toMatchObject({ text: 'Four hours', ending: 'interrupted', problem: 'The connection broke.' });
  });

  it('is stored with its question, titled, and goes on in the same conversation', async () => {
    const desk = await openDesk();
    const { model, requests } = scripted([
      { type: 'text', delta: 'Until the afternoon [1].' },
      { type: 'finished', ending: 'complete' },
    ]);
    await lastMessage(desk.ask({ question: 'How long does a full wind last?' }, model));
    const [conversation] = await desk.conversations.list('');
    await lastMessage(
      desk.ask({ question: 'And which way does it turn?', conversationId: conversation!.conversationId }, model),
    );
    const reopened = await Conversations.open(desk.lib.vault.store, () => 0);
    const { messages } = await reopened.open(conversation!.conversationId);
    expect(messages.map((message) => message.role)).toEqual(['user', 'assistant', 'user', 'assistant']);
    expect(conversation!.title).toBe('How long does a full wind last?');
    expect(requests[1]?.messages.map((message) => message.content).join('\n')).toContain('Until the afternoon');
    expect(await reopened.list('afternoon')).toHaveLength(1);
    expect(await reopened.list('zebra')).toHaveLength(0);
  });

  it('ends as stopped when it is stopped while searching', async () => {
    const desk = await openDesk();
    const stop = new AbortController();
    const events = desk.ask({ question: 'How long does a full wind last?' }, undefined, stop.signal);
    await events.next();
    stop.abort();
    expect(await lastMessage(events)).toMatchObject({ ending: 'stopped', text: '' });
  });
});
