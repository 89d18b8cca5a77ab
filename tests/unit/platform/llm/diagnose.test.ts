import { describe, expect, it } from 'vitest';
import type { ProviderSettings } from '../../../../src/domain/settings.ts';
import { diagnoseFailure } from '../../../../src/platform/llm/diagnose.ts';
import type { LlmPorts, PermissionOutcome } from '../../../../src/platform/llm/llm-ports.ts';
import { primeLocalNetworkPermission } from '../../../../src/platform/llm/local-network.ts';
import { browserLlmPorts } from '../../../../src/platform/llm/llm-ports.ts';
import { findPreset } from '../../../../src/platform/llm/providers.ts';

/** How a browser's fetch answers each kind of probe; what a page would see of the network. */
interface World {
  readonly isOnline?: boolean;
  readonly isBlockedByPolicy?: boolean;
  readonly permission?: PermissionOutcome;
  /** What a page may read of an answer to a request without a key. */
  readonly readable?: Response;
  /** Something answers, but the page may not read it. */
  readonly isAnswering?: boolean;
  /** Something answers, but the isolated page gets no answer: only the browser's report tells. */
  readonly isWithheld?: boolean;
}

const FAILED_TO_FETCH = new TypeError('Failed to fetch');

async function diagnose(
  presetId: string,
  world: World,
  options: { readonly hasKey?: boolean; readonly error?: unknown } = {},
) {
  const preset = findPreset(presetId);
  const asked: RequestInit[] = [];
  const provider: ProviderSettings = {
    presetId,
    baseUrl: preset.baseUrl || 'https://llm.example.org/v1',
    modelName: 'some-model',
    temperature: 0,
    maxOutputTokens: 100,
    timeoutMs: 1000,
  };
  const ports: LlmPorts = {
    ...browserLlmPorts(),
    fetch: (_, init = {}) => {
      asked.push(init);
      if (init.mode === 'no-cors') {
        return world.isAnswering === true ? Promise.resolve(new Response(null)) : Promise.reject(FAILED_TO_FETCH);
      }
      return world.readable === undefined ? Promise.reject(FAILED_TO_FETCH) : Promise.resolve(world.readable);
    },
    isOnline: () => world.isOnline ?? true,
    watchWithheldAnswers: () => ({
      hasComeFrom: () => Promise.resolve(world.isWithheld ?? false),
      stop: () => undefined,
    }),
    localNetworkPermission: () => Promise.resolve(world.permission ?? 'unknown'),
    pageOrigin: 'https://someone.github.io',
    userAgent: 'Macintosh',
  };
  const { problem, isRetryable } = await diagnoseFailure(options.error ?? FAILED_TO_FETCH, {
    provider,
    preset,
    hasKey: options.hasKey ?? true,
    ports,
    policyWatch: { hasBlocked: () => Promise.resolve(world.isBlockedByPolicy ?? false), stop: () => undefined },
    signal: new AbortController().signal,
  });
  return { problem, isRetryable, asked };
}

describe('diagnoseFailure, for a call that a browser only calls “Failed to fetch”', () => {
  it('says offline without asking anybody', async () => {
    const { problem, asked } = await diagnose('openai', { isOnline: false });
    expect(problem.kind).toBe('offline');
    expect(asked).toEqual([]);
  });

  it('does not take a missing network for the reason when the model runs on this computer', async () => {
    expect((await diagnose('ollama', { isOnline: false })).problem.kind).toBe('unreachable');
  });

  it('says when the app’s own policy stopped it', async () => {
    const { problem, asked } = await diagnose('openai', { isBlockedByPolicy: true });
    expect(problem.kind).toBe('blocked-by-policy');
    expect(problem.message).toContain('https://api.openai.com');
    expect(asked).toEqual([]);
  });

  it('says when the local-network permission is refused, or the question was closed', async () => {
    const denied = await diagnose('ollama', { permission: 'denied' });
    expect(denied.problem).toMatchObject({
      kind: 'local-network-permission',
      message: expect.stringContaining('site settings'),
    });
    const closed = await diagnose('ollama', { permission: 'prompt' });
    expect(closed.problem).toMatchObject({
      kind: 'local-network-permission',
      message: expect.stringContaining('Test connection'),
    });
    expect(closed.isRetryable).toBe(false);
    const worded = await diagnose(
      'ollama',
      {},
      { error: new TypeError('Permission was denied for this request to access the `loopback` address space.') },
    );
    expect(worded.problem.kind).toBe('local-network-permission');
  });

  it('takes OpenAI’s hidden refusal for a wrong key', async () => {
    const { problem, asked } = await diagnose('openai', { isAnswering: true });
    expect(problem.kind).toBe('wrong-key');
    expect(problem.message).toContain('nearly always the key');
    for (const init of asked) expect(new Headers(init.headers).has('authorization')).toBe(false);
  });

  it('takes a host that anyone without a key can read for one that dislikes the key', async () => {
    expect((await diagnose('custom', { readable: new Response('', { status: 401 }) })).problem.kind).toBe('wrong-key');
  });

  it('says CORS with the command for this very page when a local server answers but hides it', async () => {
    const { problem } = await diagnose('ollama', { permission: 'granted', isAnswering: true });
    expect(problem.kind).toBe('cors');
    expect(problem.command).toBe('launchctl setenv OLLAMA_ORIGINS "https://someone.github.io"');
    expect((await diagnose('ollama', { permission: 'granted', isWithheld: true })).problem.kind).toBe('cors');
    expect((await diagnose('lm-studio', { isAnswering: true })).problem.command).toBe('lms server start --cors');
    expect((await diagnose('custom', { isAnswering: true })).problem).toMatchObject({
      kind: 'cors',
      message: expect.stringContaining('https://someone.github.io'),
    });
  });

  it('says that nothing answers, and lets that be tried again', async () => {
    const local = await diagnose('llama-cpp', { permission: 'granted' });
    expect(local.problem).toMatchObject({
      kind: 'unreachable',
      message: expect.stringContaining('http://localhost:8080'),
    });
    expect(local.isRetryable).toBe(true);
    expect((await diagnose('groq', {})).problem.kind).toBe('unreachable');
  });

  it('lets a connection that broke off be tried again when the host is well', async () => {
    const { problem, isRetryable } = await diagnose('groq', { readable: new Response('{}') });
    expect(problem.kind).toBe('interrupted');
    expect(isRetryable).toBe(true);
  });

  it('says when the address only points elsewhere', async () => {
    const redirect = new Response(null, { status: 302, headers: { location: 'https://elsewhere.example' } });
    expect((await diagnose('custom', { readable: redirect })).problem).toMatchObject({
      kind: 'bad-response',
      message: expect.stringContaining('another address'),
    });
  });

  it('says what happened, what it means and what to do, in every case', async () => {
    const worlds: World[] = [{ isOnline: false }, { isBlockedByPolicy: true }, { isAnswering: true }, {}];
    for (const world of worlds) {
      const { problem } = await diagnose('custom', world);
      expect(problem.message).toMatch(/Your library is untouched/u);
      expect(problem.message).not.toMatch(/Failed to fetch|TypeError|undefined/u);
    }
  });
});

describe('primeLocalNetworkPermission', () => {
  function portsWith(states: PermissionOutcome[], asked: string[]) {
    return {
      fetch: (input: RequestInfo | URL) => {
        asked.push(new Request(input).url);
        return Promise.reject<Response>(FAILED_TO_FETCH);
      },
      localNetworkPermission: () =>
        Promise.resolve(states.length > 1 ? (states.shift() ?? 'unknown') : (states[0] ?? 'unknown')),
    };
  }

  it('asks only while the browser has still to decide', async () => {
    const asked: string[] = [];
    const prime = (baseUrl: string, states: PermissionOutcome[]) =>
      primeLocalNetworkPermission(baseUrl, portsWith(states, asked));
    expect(await prime('https://api.openai.com/v1', ['prompt'])).toBe('not-needed');
    expect(await prime('http://localhost:1234/v1', ['granted'])).toBe('granted');
    expect(await prime('http://localhost:1234/v1', ['unknown'])).toBe('unknown');
    expect(asked).toEqual([]);
    expect(await prime('http://localhost:1234/v1', ['prompt', 'denied'])).toBe('denied');
    expect(asked).toEqual(['http://localhost:1234/v1/models']);
  });
});
