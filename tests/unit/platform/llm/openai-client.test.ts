import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ChatRequest, LlmClient, LlmEvent } from '../../../../src/platform/llm/llm-client.ts';
import { browserLlmPorts } from '../../../../src/platform/llm/llm-ports.ts';
import type { LlmPorts } from '../../../../src/platform/llm/llm-ports.ts';
import { createOpenAiClient, MAX_ANSWER_BYTES } from '../../../../src/platform/llm/openai-client.ts';
import { findPreset } from '../../../../src/platform/llm/providers.ts';
import type { ProviderPreset } from '../../../../src/platform/llm/providers.ts';
import { errorBody, longAnswer } from '../../../fixtures/openai-server/behaviour.ts';
import { startOpenAiServer } from '../../../fixtures/openai-server/start-openai-server.ts';
import type { OpenAiServer } from '../../../fixtures/openai-server/start-openai-server.ts';

const KEY = 'sk-test-0123456789';
const ANSWER = 'Grüße aus Köln: 日本語 and 👩‍🔬 are whole [1].';

let server: OpenAiServer;
beforeEach(async () => {
  server = await startOpenAiServer();
});
afterEach(() => server.close());

interface Setup {
  readonly client: LlmClient;
  readonly waits: number[];
}

function setUp(
  options: {
    readonly preset?: ProviderPreset;
    readonly timeoutMs?: number;
    readonly nowMs?: number;
    readonly baseUrl?: string;
    readonly apiKey?: string | undefined;
    readonly hasRealSleep?: boolean;
  } = {},
): Setup {
  const waits: number[] = [];
  const ports: LlmPorts = {
    ...browserLlmPorts(),
    random: () => 0.5,
    nowMs: () => options.nowMs ?? 0,
    sleep: (ms, signal) => {
      waits.push(ms);
      return options.hasRealSleep === true ? browserLlmPorts().sleep(ms, signal) : Promise.resolve();
    },
  };
  const client = createOpenAiClient({
    provider: {
      presetId: 'custom',
      baseUrl: options.baseUrl ?? server.url,
      modelName: 'test-model',
      temperature: 0.2,
      maxOutputTokens: 500,
      timeoutMs: options.timeoutMs ?? 5000,
    },
    preset: options.preset ?? findPreset('custom'),
    apiKey: 'apiKey' in options ? options.apiKey : KEY,
    ports,
  });
  return { client, waits };
}

const REQUEST: ChatRequest = {
  modelName: 'test-model',
  messages: [{ role: 'user', content: 'Hello' }],
  temperature: 0.2,
  maxOutputTokens: 500,
};

interface Heard {
  readonly text: string;
  readonly retries: readonly Extract<LlmEvent, { type: 'retrying' }>[];
  readonly finished: Extract<LlmEvent, { type: 'finished' }>;
}

async function listen(
  client: LlmClient,
  options: { readonly signal?: AbortSignal; readonly request?: ChatRequest } = {},
): Promise<Heard> {
  let text = '';
  const retries: Extract<LlmEvent, { type: 'retrying' }>[] = [];
  let finished: Extract<LlmEvent, { type: 'finished' }> | undefined;
  const signal = options.signal ?? new AbortController().signal;
  for await (const event of client.chat(options.request ?? REQUEST, { signal })) {
    expect(finished).toBeUndefined();
    if (event.type === 'text') text += event.delta;
    else if (event.type === 'retrying') retries.push(event);
    else finished = event;
  }
  if (finished === undefined) throw new Error('The stream did not finish.');
  return { text, retries, finished };
}

describe('createOpenAiClient', () => {
  it('streams an answer with its usage', async () => {
    server.script({ answer: ANSWER });
    const { text, finished, retries } = await listen(setUp().client);
    expect(text).toBe(ANSWER);
    expect(retries).toEqual([]);
    expect(finished).toEqual({
      type: 'finished',
      ending: 'complete',
      inputTokens: 2,
      outputTokens: expect.any(Number),
    });
  });

  it('sends the key, the content type and nothing that identifies the SDK', async () => {
    await listen(setUp().client);
    const request = server.requests[0];
    expect(request?.headers['authorization']).toBe(`Bearer ${KEY}`);
    expect(Object.keys(request?.headers ?? {}).filter((name) => name.startsWith('x-'))).toEqual([]);
    expect(request?.headers['user-agent'] ?? '').not.toMatch(/openai/iu);
    expect(JSON.parse(request?.body ?? '')).toEqual({
      model: 'test-model',
      messages: [{ role: 'user', content: 'Hello' }],
      stream: true,
      stream_options: { include_usage: true },
      temperature: 0.2,
      max_tokens: 500,
    });
  });

  it('sends no authorization without a key, and the headers that a preset asks for', async () => {
    await listen(setUp({ apiKey: undefined, preset: findPreset('anthropic') }).client);
    expect(server.requests[0]?.headers['authorization']).toBeUndefined();
    expect(server.requests[0]?.headers['anthropic-dangerous-direct-browser-access']).toBe('true');
  });

  it('lists models, with the key in the header that the preset names', async () => {
    const { client } = setUp({ preset: findPreset('anthropic') });
    const listing = await client.listModels({ signal: new AbortController().signal });
    expect(listing).toMatchObject({ kind: 'models', modelNames: expect.arrayContaining(['test-model']) });
    expect(server.requests[0]?.headers['x-api-key']).toBe(KEY);
    expect(server.requests[0]?.headers['authorization']).toBeUndefined();
  });

  it.each([
    ['bytes that split every character', { pieceBytes: 1 }],
    ['lines that end in CR LF', { newline: '\r\n' as const }],
    ['a comment that is not UTF-8', { hasInvalidUtf8: true }],
    ['chunks sent twice without text', { hasDuplicateChunks: true }],
    ['reasoning before it', { reasoning: 'I should greet them.' }],
    ['a gateway that does not stream', { isStreamIgnored: true }],
    ['no closing [DONE]', { isDoneOmitted: true }],
    ['no reason for the end but a closing [DONE]', { finishReason: null }],
  ])('reads an answer whole despite %s', async (_, behaviour) => {
    server.script({ ...behaviour, answer: ANSWER });
    const { text, finished } = await listen(setUp().client);
    expect(text).toBe(ANSWER);
    expect(finished.ending).toBe('complete');
  });

  it.each([
    ['a reset', { resetAtByte: 2000 }, 'interrupted'],
    ['an end without [DONE]', { endAtByte: 2000 }, 'interrupted'],
    ['a malformed line', { malformedAtDelta: 5 }, 'bad-response'],
    ['an error inside the stream', { errorAtDelta: 5 }, 'server-error'],
    ['the limit of tokens', { finishReason: 'length' }, 'too-long'],
    ['a content filter', { finishReason: 'content_filter' }, 'interrupted'],
  ])('keeps what arrived before %s, and does not ask again', async (_, behaviour, kind) => {
    const answer = longAnswer(40);
    server.script({ ...behaviour, answer });
    const { text, retries, finished } = await listen(setUp().client);
    expect(text.length).toBeGreaterThan(10);
    expect(answer.startsWith(text)).toBe(true);
    expect(retries).toEqual([]);
    expect(finished.ending).toBe('interrupted');
    expect(finished.problem?.kind).toBe(kind);
    expect(server.requests.filter((request) => request.method === 'POST')).toHaveLength(1);
  });

  it('ends when nothing arrives within the time limit, and keeps the text', async () => {
    server.script({ silentAtDelta: 3, answer: 'One two three four five.' });
    const { text, finished, retries } = await listen(setUp({ timeoutMs: 150 }).client);
    expect(text).toBe('One two three');
    expect(finished.problem?.kind).toBe('timed-out');
    expect(finished.ending).toBe('interrupted');
    expect(retries).toEqual([]);
  });

  it('ends when not even an answer begins within the time limit', async () => {
    server.script({ headerDelayMs: 1000 });
    const { finished } = await listen(setUp({ timeoutMs: 100 }).client);
    expect(finished).toMatchObject({ ending: 'failed', problem: { kind: 'timed-out' } });
  });

  it('waits for a slow provider as long as bytes keep coming', async () => {
    server.script({ bytesPerSecond: 2000, answer: 'Slow but sure.', hasUsage: false });
    const { text, finished } = await listen(setUp({ timeoutMs: 300 }).client);
    expect(text).toBe('Slow but sure.');
    expect(finished.ending).toBe('complete');
  });

  it('stops within 200 ms when asked to in mid-stream, and hangs up', async () => {
    server.script({ answer: longAnswer(2000), deltasPerSecond: 100 });
    const controller = new AbortController();
    let stoppedAt = 0;
    let text = '';
    for await (const event of setUp().client.chat(REQUEST, { signal: controller.signal })) {
      if (event.type === 'text') text += event.delta;
      if (text.length > 100 && stoppedAt === 0) {
        stoppedAt = performance.now();
        controller.abort();
      }
      if (event.type === 'finished') expect(event.ending).toBe('stopped');
    }
    expect(performance.now() - stoppedAt).toBeLessThan(200);
    expect(text.length).toBeGreaterThan(100);
  });

  it('stops within 200 ms while the provider is silent', async () => {
    server.script({ silentAtDelta: 1, answer: 'One two three.' });
    const controller = new AbortController();
    let stoppedAt = 0;
    for await (const event of setUp().client.chat(REQUEST, { signal: controller.signal })) {
      if (event.type === 'text') {
        // Aborts once the reader below waits for the next piece, which never comes.
        setTimeout(() => {
          stoppedAt = performance.now();
          controller.abort();
        }, 20);
      } else expect(event).toMatchObject({ type: 'finished', ending: 'stopped' });
    }
    expect(performance.now() - stoppedAt).toBeLessThan(200);
  });

  it('stops within 200 ms while waiting to try again', async () => {
    server.script({ status: 429, retryAfter: '30' });
    const controller = new AbortController();
    const { client } = setUp({ hasRealSleep: true });
    let stoppedAt = 0;
    for await (const event of client.chat(REQUEST, { signal: controller.signal })) {
      if (event.type === 'retrying') {
        setTimeout(() => {
          stoppedAt = performance.now();
          controller.abort();
        }, 20);
      } else expect(event).toMatchObject({ type: 'finished', ending: 'stopped' });
    }
    expect(performance.now() - stoppedAt).toBeLessThan(200);
    expect(server.requests).toHaveLength(1);
  });

  it('does not call at all when it was stopped before', async () => {
    const { finished } = await listen(setUp().client, { signal: AbortSignal.abort() });
    expect(finished.ending).toBe('stopped');
    expect(server.requests).toEqual([]);
  });

  it('asks again after trouble on the provider’s side, waiting longer each time', async () => {
    server.script((_, index) => (index < 3 ? { status: [500, 502, 503][index] ?? 500 } : { answer: ANSWER }));
    const { client, waits } = setUp();
    const { text, finished, retries } = await listen(client);
    expect(text).toBe(ANSWER);
    expect(finished.ending).toBe('complete');
    expect(waits).toEqual([375, 750, 1500]);
    expect(retries.map((retry) => retry.attempt)).toEqual([2, 3, 4]);
  });

  it('gives up after three more tries', async () => {
    server.script({ status: 503 });
    const { finished } = await listen(setUp().client);
    expect(finished).toMatchObject({ ending: 'failed', problem: { kind: 'server-error', httpStatus: 503 } });
    expect(server.requests).toHaveLength(4);
  });

  it.each([
    ['seconds', '7', 7000],
    ['a date', 'Wed, 21 Oct 2026 07:28:09 GMT', 9000],
    ['the longest wait allowed', '60', 60_000],
    ['a date gone by', 'Wed, 21 Oct 2026 07:27:00 GMT', 0],
  ])('waits as long as Retry-After says in %s', async (_, retryAfter, waitMs) => {
    server.script((__, index) => (index === 0 ? { status: 429, retryAfter } : { answer: ANSWER }));
    const { client, waits } = setUp({ nowMs: Date.UTC(2026, 9, 21, 7, 28, 0) });
    expect((await listen(client)).finished.ending).toBe('complete');
    expect(waits).toEqual([waitMs]);
  });

  it('does not wait for longer than a minute, but says how long it would be', async () => {
    server.script({ status: 429, retryAfter: '3600' });
    const { client, waits } = setUp();
    const { finished } = await listen(client);
    expect(waits).toEqual([]);
    expect(finished.problem).toMatchObject({
      kind: 'rate-limited',
      httpStatus: 429,
      message: expect.stringContaining('60 minutes'),
    });
  });

  it.each([
    [{ status: 401, body: errorBody('Incorrect API key provided', 'invalid_api_key') }, 'wrong-key'],
    [{ status: 403 }, 'wrong-key'],
    [
      { status: 400, body: errorBody('API key not valid. Please pass a valid API key.', 'INVALID_ARGUMENT') },
      'wrong-key',
    ],
    [{ status: 402 }, 'quota'],
    [{ status: 429, body: errorBody('You exceeded your current quota', 'insufficient_quota') }, 'quota'],
    [{ status: 404, body: errorBody('No such model', 'model_not_found') }, 'not-found'],
    [{ status: 404, body: '<h1>Not found</h1>', contentType: 'text/html' }, 'not-found'],
    [{ status: 400, body: errorBody('maximum context length is 8192 tokens', 'context_length_exceeded') }, 'too-long'],
    [{ status: 418 }, 'bad-response'],
    [{ status: 200, body: '<!doctype html><title>Sign in</title>', contentType: 'text/html' }, 'bad-response'],
    [{ status: 200, body: 'hello', contentType: 'application/json' }, 'bad-response'],
    [{ answer: '' }, 'bad-response'],
  ])('tells %j apart without asking again', async (behaviour, kind) => {
    server.script(behaviour);
    const { finished } = await listen(setUp().client);
    expect(finished.ending).toBe('failed');
    expect(finished.problem?.kind).toBe(kind);
    expect(finished.problem?.message).not.toContain(KEY);
    expect(server.requests).toHaveLength(1);
  });

  it('says that nothing answers when the server is gone, after one more try', async () => {
    const gone = await startOpenAiServer();
    await gone.close();
    const { client, waits } = setUp({ baseUrl: gone.url });
    const { finished } = await listen(client);
    expect(finished).toMatchObject({ ending: 'failed', problem: { kind: 'unreachable' } });
    expect(waits).toHaveLength(1);
  });

  it('asks again when the connection breaks before the first word', async () => {
    server.script((request, index) =>
      request.method === 'POST' && index === 0 ? { isResetAtOnce: true } : { answer: ANSWER },
    );
    const { text, retries } = await listen(setUp().client);
    expect(text).toBe(ANSWER);
    expect(retries).toHaveLength(1);
  });

  it('does not follow a redirect, so that neither key nor question reach another host', async () => {
    const other = await startOpenAiServer();
    try {
      server.script({ redirectTo: `${other.url}/chat/completions` });
      const { finished } = await listen(setUp().client);
      expect(finished).toMatchObject({ ending: 'failed', problem: { kind: 'bad-response' } });
      const listing = await setUp().client.listModels({ signal: new AbortController().signal });
      expect(listing.kind).toBe('problem');
      expect(other.requests).toEqual([]);
      expect(other.preflights).toEqual([]);
    } finally {
      await other.close();
    }
  });

  it('reads no more than 2 MB of an answer', async () => {
    server.script({ hugeCharacters: 8_000_000 });
    const { text, finished } = await listen(setUp().client);
    expect(text.length).toBeLessThanOrEqual(MAX_ANSWER_BYTES);
    expect(text.length).toBeGreaterThan(MAX_ANSWER_BYTES - 2000);
    expect(finished).toMatchObject({ ending: 'interrupted', problem: { kind: 'too-long' } });
  });

  it('does not gather a line that never ends', async () => {
    server.script({ endlessLineBytes: 12_000_000 });
    const { finished } = await listen(setUp().client);
    expect(finished).toMatchObject({ ending: 'failed', problem: { kind: 'too-long' } });
  });

  it.each([
    [['temperature'], { max_tokens: 500 }],
    [['max_tokens'], { temperature: 0.2, max_completion_tokens: 500 }],
    [['temperature', 'max_tokens'], { max_completion_tokens: 500 }],
    [['max_tokens', 'max_completion_tokens'], { temperature: 0.2 }],
  ])('goes without %j where a model rejects them, and remembers', async (rejectedParameters, kept) => {
    server.script({ rejectedParameters, answer: ANSWER });
    const { client } = setUp();
    expect((await listen(client)).text).toBe(ANSWER);
    const body: unknown = JSON.parse(server.requests.at(-1)?.body ?? '');
    expect(body).toEqual({
      ...kept,
      model: 'test-model',
      messages: REQUEST.messages,
      stream: true,
      stream_options: { include_usage: true },
    });
    const before = server.requests.length;
    await listen(client);
    expect(server.requests).toHaveLength(before + 1);
  });

  it('hangs up when the reader walks away', async () => {
    server.script({ answer: longAnswer(2000), deltasPerSecond: 200 });
    for await (const event of setUp().client.chat(REQUEST, { signal: new AbortController().signal })) {
      if (event.type === 'text') break;
    }
    expect(server.requests).toHaveLength(1);
  });
});
