import type OpenAI from 'openai';
import type { ProviderSettings } from '../../domain/settings.ts';
import { readChatChunk } from './chat-chunk.ts';
import { adjustAfterRejection, chatBody, initialParameters } from './chat-parameters.ts';
import { diagnoseFailure } from './diagnose.ts';
import type { Diagnosis, DiagnosisContext } from './diagnose.ts';
import { readFailure } from './failure.ts';
import { IdleLimit } from './idle-limit.ts';
import type { ChatRequest, LlmClient, LlmEvent, LlmProblem, ModelListing } from './llm-client.ts';
import { browserLlmPorts } from './llm-ports.ts';
import type { LlmPorts } from './llm-ports.ts';
import * as problems from './llm-problems.ts';
import type { ProviderPreset } from './providers.ts';
import { backoffMs } from './retry-delay.ts';
import { createWireFetch } from './wire-fetch.ts';

/** Text of one answer, in UTF-8 bytes. */
export const MAX_ANSWER_BYTES = 2 * 1024 * 1024;
const MAX_RETRIES = 3;
/** A host that does not answer at all is tried only once more: the person is waiting, and it is mostly off. */
const MAX_RETRIES_UNREACHABLE = 1;
/** Our own limit is the idle one; the SDK's timer is set to the longest that timers can hold. */
const SDK_TIMEOUT_MS = 2 ** 31 - 1;

export interface OpenAiClientOptions {
  readonly provider: ProviderSettings;
  readonly preset: ProviderPreset;
  readonly apiKey?: string | undefined;
  /** How the SDK is loaded; kept out of the first load by default. */
  readonly loadSdk?: () => Promise<{ readonly default: typeof OpenAI }>;
  readonly ports?: LlmPorts;
}

/**
 * A client for any OpenAI-compatible endpoint. Retries with backoff only until the first text has arrived; after
 * that the text stands, and a failure ends the answer as `interrupted`. Expects a `baseUrl` from `readBaseUrl`.
 */
export function createOpenAiClient(options: OpenAiClientOptions): LlmClient {
  const { provider, preset, apiKey, loadSdk = () => import('openai') } = options;
  const ports = options.ports ?? browserLlmPorts();
  // What a model does not accept is remembered as long as the client lives.
  let parameters = initialParameters(preset);

  async function openCall(outerSignal: AbortSignal): Promise<Call> {
    const { default: Sdk } = await loadSdk();
    const idle = new IdleLimit(provider.timeoutMs);
    const seen = { isDone: false, isCut: false };
    const sdk = new Sdk({
      apiKey: apiKey ?? 'none',
      baseURL: provider.baseUrl,
      organization: null,
      project: null,
      dangerouslyAllowBrowser: true,
      maxRetries: 0,
      timeout: SDK_TIMEOUT_MS,
      logLevel: 'off',
      fetch: createWireFetch({
        fetch: ports.fetch,
        baseUrl: provider.baseUrl,
        preset,
        apiKey,
        onActivity: () => idle.touch(),
        onDone: () => (seen.isDone = true),
        onCut: () => (seen.isCut = true),
      }),
    });
    return { sdk, idle, signal: AbortSignal.any([outerSignal, idle.signal]), seen };
  }

  function contextOf(
    policyWatch: DiagnosisContext['policyWatch'],
    idle: IdleLimit,
    signal: AbortSignal,
  ): DiagnosisContext {
    const context = { provider, preset, hasKey: apiKey !== undefined, ports, policyWatch, signal };
    return idle.isOver ? { ...context, idleLimitMs: provider.timeoutMs } : context;
  }

  /** One attempt: yields text, and returns how it ended. */
  async function* attempt(request: ChatRequest, signal: AbortSignal): AsyncGenerator<string, AttemptEnding> {
    const policyWatch = ports.watchPolicy();
    const call = await openCall(signal);
    const words = { provider, preset, hasKey: apiKey !== undefined, ports };
    let answerBytes = 0;
    let usage: Usage = {};
    let finishReason: string | undefined;
    try {
      const body = chatBody(request, parameters);
      const stream = await call.sdk.chat.completions.create(body, { signal: call.signal });
      for await (const event of stream) {
        const chunk = readChatChunk(event);
        usage = { ...usage, ...tokensOf(chunk) };
        finishReason = chunk.finishReason ?? finishReason;
        if (chunk.text === '') continue;
        answerBytes += new TextEncoder().encode(chunk.text).length;
        if (answerBytes > MAX_ANSWER_BYTES) return { kind: 'cut', problem: problems.tooManyBytes(words), usage };
        yield chunk.text;
      }
      if (signal.aborted) return { kind: 'stopped', usage };
      if (call.idle.isOver) throw call.idle.signal.reason;
      if (finishReason === 'length')
        return { kind: 'cut', problem: problems.tokenLimit(words, answerBytes > 0), usage };
      if (finishReason === 'content_filter') return { kind: 'cut', problem: problems.withheld(words), usage };
      if (finishReason === undefined && !call.seen.isDone) {
        return { kind: 'failed', diagnosis: { problem: problems.endedEarly(words), isRetryable: true }, usage };
      }
      if (answerBytes === 0) return { kind: 'cut', problem: problems.emptyAnswer(words), usage };
      return { kind: 'complete', usage };
    } catch (error) {
      if (signal.aborted) return { kind: 'stopped', usage };
      const adjusted = answerBytes === 0 ? adjustAfterRejection(error, parameters) : undefined;
      if (adjusted !== undefined) {
        parameters = adjusted;
        return { kind: 'adjusted' };
      }
      // Half a line at the end is a broken connection, not a malformed answer.
      if (call.seen.isCut && isMalformed(error))
        return { kind: 'failed', diagnosis: { problem: problems.endedEarly(words), isRetryable: true }, usage };
      const diagnosis = await diagnoseFailure(error, contextOf(policyWatch, call.idle, signal));
      return signal.aborted ? { kind: 'stopped', usage } : { kind: 'failed', diagnosis, usage };
    } finally {
      call.idle.stop();
      policyWatch.stop();
    }
  }

  async function* chat(request: ChatRequest, { signal }: { readonly signal: AbortSignal }): AsyncGenerator<LlmEvent> {
    let hasText = false;
    for (let retries = 0; ;) {
      if (signal.aborted) {
        yield { type: 'finished', ending: 'stopped' };
        return;
      }
      const deltas = attempt(request, signal);
      let step = await deltas.next();
      for (; step.done !== true; step = await deltas.next()) {
        hasText = true;
        yield { type: 'text', delta: step.value };
      }
      const ending = step.value;
      if (ending.kind === 'adjusted') continue;
      if (
        ending.kind === 'failed' &&
        !hasText &&
        ending.diagnosis.isRetryable &&
        retries < retryLimit(ending.diagnosis)
      ) {
        const waitMs = ending.diagnosis.retryAfterMs ?? backoffMs(retries, ports.random());
        retries++;
        yield { type: 'retrying', attempt: retries + 1, waitMs, reason: ending.diagnosis.problem.message };
        if (await isSleptThrough(ports, waitMs, signal)) continue;
        yield { type: 'finished', ending: 'stopped' };
        return;
      }
      yield finishedEvent(ending, hasText);
      return;
    }
  }

  async function listModels({ signal }: { readonly signal: AbortSignal }): Promise<ModelListing> {
    const policyWatch = ports.watchPolicy();
    const call = await openCall(signal);
    try {
      const page = await call.sdk.models.list({ signal: call.signal });
      const entries: unknown = page.data;
      if (!Array.isArray(entries)) {
        return {
          kind: 'problem',
          problem: problems.badResponse({ provider, preset, hasKey: false, ports }, 'not-json'),
        };
      }
      const modelNames = entries.flatMap((entry: unknown) =>
        typeof entry === 'object' && entry !== null && 'id' in entry && typeof entry.id === 'string' ? [entry.id] : [],
      );
      return { kind: 'models', modelNames };
    } catch (error) {
      const diagnosis = await diagnoseFailure(error, contextOf(policyWatch, call.idle, signal));
      return { kind: 'problem', problem: diagnosis.problem };
    } finally {
      call.idle.stop();
      policyWatch.stop();
    }
  }

  return { chat, listModels };
}

interface Call {
  readonly sdk: OpenAI;
  readonly idle: IdleLimit;
  readonly signal: AbortSignal;
  readonly seen: { readonly isDone: boolean; readonly isCut: boolean };
}

interface Usage {
  readonly inputTokens?: number;
  readonly outputTokens?: number;
}

type AttemptEnding =
  | { readonly kind: 'complete' | 'stopped'; readonly usage: Usage }
  | { readonly kind: 'cut'; readonly problem: LlmProblem; readonly usage: Usage }
  | { readonly kind: 'failed'; readonly diagnosis: Diagnosis; readonly usage: Usage }
  | { readonly kind: 'adjusted' };

function finishedEvent(ending: Exclude<AttemptEnding, { kind: 'adjusted' }>, hasText: boolean): LlmEvent {
  switch (ending.kind) {
    case 'complete':
    case 'stopped':
      return { type: 'finished', ending: ending.kind, ...ending.usage };
    case 'cut':
    case 'failed': {
      const problem = ending.kind === 'cut' ? ending.problem : ending.diagnosis.problem;
      return { type: 'finished', ending: hasText ? 'interrupted' : 'failed', problem, ...ending.usage };
    }
  }
}

function isMalformed(error: unknown): boolean {
  const failure = readFailure(error);
  return failure.kind === 'unreadable' && failure.reason === 'malformed';
}

function retryLimit({ problem }: Diagnosis): number {
  return problem.kind === 'unreachable' ? MAX_RETRIES_UNREACHABLE : MAX_RETRIES;
}

function tokensOf({ inputTokens, outputTokens }: Usage): Usage {
  return {
    ...(inputTokens === undefined ? {} : { inputTokens }),
    ...(outputTokens === undefined ? {} : { outputTokens }),
  };
}

/** False when the wait was broken off by the signal. */
async function isSleptThrough(ports: LlmPorts, ms: number, signal: AbortSignal): Promise<boolean> {
  try {
    await ports.sleep(ms, signal);
    return true;
  } catch (error) {
    if (signal.aborted) return false;
    throw error;
  }
}
