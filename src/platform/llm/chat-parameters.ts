import type OpenAI from 'openai';
import { readFailure } from './failure.ts';
import type { ChatRequest } from './llm-client.ts';
import type { ProviderPreset } from './providers.ts';

/** Which optional parameters a model gets; some models reject one or know it by another name. */
export interface ChatParameters {
  readonly hasTemperature: boolean;
  readonly hasUsage: boolean;
  readonly maxTokens: 'max_tokens' | 'max_completion_tokens' | 'none';
  /** Names already rejected, so that no parameter is tried twice. */
  readonly rejected: readonly string[];
}

export function initialParameters(preset: ProviderPreset): ChatParameters {
  return { hasTemperature: true, hasUsage: true, maxTokens: preset.maxTokensParameter, rejected: [] };
}

/** The request's body in the words the model understands. */
export function chatBody(
  request: ChatRequest,
  parameters: ChatParameters,
): OpenAI.Chat.Completions.ChatCompletionCreateParamsStreaming {
  return {
    model: request.modelName,
    messages: request.messages.map(({ role, content }) => ({ role, content })),
    stream: true,
    ...(parameters.hasUsage ? { stream_options: { include_usage: true } } : {}),
    ...(parameters.hasTemperature ? { temperature: request.temperature } : {}),
    ...(parameters.maxTokens === 'none' ? {} : { [parameters.maxTokens]: request.maxOutputTokens }),
  };
}

/**
 * What to send instead after the provider refused a parameter by name (status 400 or 422); `undefined` when the
 * error is about something else, or about a parameter that was given up already.
 */
export function adjustAfterRejection(error: unknown, parameters: ChatParameters): ChatParameters | undefined {
  const failure = readFailure(error);
  if (failure.kind !== 'http' || (failure.status !== 400 && failure.status !== 422)) return undefined;
  const isNamed = (name: string): boolean =>
    !parameters.rejected.includes(name) &&
    (failure.param === name || (failure.param === '' && new RegExp(`\\b${name}\\b`, 'u').test(failure.detail)));

  if (parameters.hasTemperature && isNamed('temperature')) {
    return { ...parameters, hasTemperature: false, rejected: [...parameters.rejected, 'temperature'] };
  }
  if (parameters.hasUsage && (isNamed('stream_options') || isNamed('include_usage'))) {
    return { ...parameters, hasUsage: false, rejected: [...parameters.rejected, 'stream_options', 'include_usage'] };
  }
  const { maxTokens } = parameters;
  if (maxTokens !== 'none' && isNamed(maxTokens)) {
    const other = maxTokens === 'max_tokens' ? 'max_completion_tokens' : 'max_tokens';
    const rejected = [...parameters.rejected, maxTokens];
    return { ...parameters, maxTokens: rejected.includes(other) ? 'none' : other, rejected };
  }
  return undefined;
}
