import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ProviderTest } from '../../../../src/platform/llm/llm-client.ts';
import { createOpenAiClient } from '../../../../src/platform/llm/openai-client.ts';
import { findPreset } from '../../../../src/platform/llm/providers.ts';
import { testConnection } from '../../../../src/platform/llm/test-connection.ts';
import { startOpenAiServer } from '../../../fixtures/openai-server/start-openai-server.ts';
import type { OpenAiServer } from '../../../fixtures/openai-server/start-openai-server.ts';

let server: OpenAiServer;
beforeEach(async () => {
  server = await startOpenAiServer();
});
afterEach(() => server.close());

function test(presetId: string, modelName = 'test-model'): Promise<ProviderTest> {
  const preset = findPreset(presetId);
  const provider = { presetId, baseUrl: server.url, modelName, temperature: 0, maxOutputTokens: 100, timeoutMs: 2000 };
  const client = createOpenAiClient({ provider, preset, apiKey: 'sk-test' });
  return testConnection({ client, provider, preset }, { signal: new AbortController().signal });
}

const paths = (): string[] => server.requests.map((request) => `${request.method} ${request.path}`);

describe('testConnection', () => {
  it('lists the models, and leaves it at that where the list needs the key', async () => {
    expect(await test('openai')).toMatchObject({
      kind: 'works',
      modelNames: expect.arrayContaining(['test-model']),
      latencyMs: expect.any(Number),
    });
    expect(paths()).toEqual(['GET /v1/models']);
  });

  it('asks the model for a word where anybody may read the list', async () => {
    expect((await test('openrouter')).kind).toBe('works');
    expect(paths()).toEqual(['GET /v1/models', 'POST /v1/chat/completions']);
    server.script((request) => (request.method === 'POST' ? { status: 401 } : undefined));
    expect(await test('openrouter')).toMatchObject({ kind: 'problem', problem: { kind: 'wrong-key' } });
  });

  it('asks the model where there is no list', async () => {
    server.script((request) => (request.method === 'GET' ? { status: 404 } : undefined));
    expect((await test('custom')).kind).toBe('works');
    expect(await test('custom', '')).toMatchObject({ kind: 'problem', problem: { kind: 'not-found' } });
  });

  it('says what is wrong with the key', async () => {
    server.script({ status: 401 });
    expect(await test('openai')).toMatchObject({ kind: 'problem', problem: { kind: 'wrong-key', httpStatus: 401 } });
  });

  it('counts a model that thinks first as answering', async () => {
    server.script((request) =>
      request.method === 'POST' ? { answer: '', reasoning: 'Hm.', finishReason: 'length' } : undefined,
    );
    expect((await test('openrouter')).kind).toBe('works');
  });
});
