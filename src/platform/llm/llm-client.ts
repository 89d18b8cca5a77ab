/** The seam to a language model: an OpenAI-compatible endpoint, or the scripted server of the tests. */

export interface ChatMessage {
  readonly role: 'system' | 'user' | 'assistant';
  readonly content: string;
}

export interface ChatRequest {
  readonly modelName: string;
  readonly messages: readonly ChatMessage[];
  readonly temperature: number;
  readonly maxOutputTokens: number;
}

export type LlmProblemKind =
  | 'offline'
  | 'blocked-by-policy'
  | 'cors'
  | 'local-network-permission'
  | 'unreachable'
  | 'wrong-key'
  | 'quota'
  | 'rate-limited'
  | 'not-found'
  | 'server-error'
  | 'bad-response'
  | 'interrupted'
  | 'timed-out'
  | 'too-long';

/** Why a call failed and what to do about it, in words for the person; `command` is to be pasted into a terminal. */
export interface LlmProblem {
  readonly kind: LlmProblemKind;
  readonly message: string;
  readonly command?: string;
  readonly httpStatus?: number;
}

/** The last event is always `finished`, whatever happened; text before it stands. */
export type LlmEvent =
  | { readonly type: 'retrying'; readonly attempt: number; readonly waitMs: number; readonly reason: string }
  | { readonly type: 'text'; readonly delta: string }
  | {
      readonly type: 'finished';
      readonly ending: 'complete' | 'stopped' | 'failed' | 'interrupted';
      readonly problem?: LlmProblem;
      readonly inputTokens?: number;
      readonly outputTokens?: number;
    };

export type ModelListing =
  | { readonly kind: 'models'; readonly modelNames: readonly string[] }
  | { readonly kind: 'problem'; readonly problem: LlmProblem };

/** What *Test connection* found. `latencyMs` is the time to the provider's first answer. */
export type ProviderTest =
  | { readonly kind: 'works'; readonly modelNames: readonly string[]; readonly latencyMs: number }
  | { readonly kind: 'problem'; readonly problem: LlmProblem };

export interface LlmClient {
  /** Streams one answer. Never throws for what the network or provider does; aborting ends with `stopped`. */
  chat(request: ChatRequest, options: { readonly signal: AbortSignal }): AsyncIterable<LlmEvent>;
  listModels(options: { readonly signal: AbortSignal }): Promise<ModelListing>;
}
