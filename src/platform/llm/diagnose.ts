import { addressSpaceOf, endpointOrigin, needsLocalNetworkPermission } from './base-url.ts';
import type { AddressSpace } from './base-url.ts';
import { readFailure } from './failure.ts';
import type { Failure } from './failure.ts';
import type { LlmProblem } from './llm-client.ts';
import type { LlmPorts, PolicyWatch } from './llm-ports.ts';
import * as problems from './llm-problems.ts';
import type { ProblemContext } from './llm-problems.ts';
import { probeEndpoint } from './probe-endpoint.ts';
import { LONGEST_RETRY_AFTER_MS, parseRetryAfter } from './retry-delay.ts';

export interface DiagnosisContext extends ProblemContext {
  readonly ports: LlmPorts;
  /** Watching since before the call. */
  readonly policyWatch: PolicyWatch;
  /** Set when the call was ended by our own idle limit. */
  readonly idleLimitMs?: number;
  readonly signal: AbortSignal;
}

/** A problem, and whether asking again at once could help. */
export interface Diagnosis {
  readonly problem: LlmProblem;
  readonly isRetryable: boolean;
  /** What the provider asked for; `undefined` when it did not say or the browser hides it. */
  readonly retryAfterMs?: number;
}

/**
 * Why a call failed, told apart as far as a browser lets a page see, and what to do. May send one or two requests
 * without the key to the endpoint to find out. Never throws.
 */
export async function diagnoseFailure(error: unknown, context: DiagnosisContext): Promise<Diagnosis> {
  const final = (problem: LlmProblem): Diagnosis => ({ problem, isRetryable: false });
  if (context.idleLimitMs !== undefined) return final(problems.timedOut(context, context.idleLimitMs));
  const failure = readFailure(error);
  switch (failure.kind) {
    case 'http':
      return diagnoseStatus(failure, context);
    case 'stream-error':
      return diagnoseStreamError(failure, context);
    case 'unreadable':
      return final(
        failure.reason === 'too-long' ? problems.tooManyBytes(context) : problems.badResponse(context, failure.reason),
      );
    case 'network':
      return diagnoseNetwork(failure.detail, context);
  }
}

const QUOTA = /insufficient[_ ](?:quota|balance|credits|funds)|exceeded your current quota|billing|credit balance/iu;
const WRONG_KEY = /(?:invalid|incorrect)[_ ]api[_ ]key|api key not valid|api_key_invalid|authentication_error/iu;
const SERVER_TROUBLE = /overloaded|server_error|api_error|internal|unavailable/iu;

function diagnoseStatus(failure: Extract<Failure, { kind: 'http' }>, context: DiagnosisContext): Diagnosis {
  const { status } = failure;
  const text = `${failure.code} ${failure.detail}`;
  const final = (problem: LlmProblem): Diagnosis => ({
    problem: { ...problem, httpStatus: status },
    isRetryable: false,
  });
  if (status === 402 || (status !== 401 && QUOTA.test(text))) return final(problems.quota(context));
  if (status === 429) {
    const retryAfterMs = parseRetryAfter(failure.retryAfter, context.ports.nowMs());
    return {
      problem: { ...problems.rateLimited(context, retryAfterMs), httpStatus: status },
      isRetryable: retryAfterMs === undefined || retryAfterMs <= LONGEST_RETRY_AFTER_MS,
      ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
    };
  }
  if (status === 401 || WRONG_KEY.test(text)) return final(problems.wrongKey(context, { isCertain: true }));
  if (status === 403) {
    return final(context.preset.isLocal ? problems.refusedByServer(context) : problems.forbidden(context));
  }
  if (status === 404) return final(problems.notFound(context, failure.isHtml));
  if (status >= 500 || status === 408 || status === 425) {
    const retryAfterMs = parseRetryAfter(failure.retryAfter, context.ports.nowMs());
    return {
      problem: { ...problems.serverError(context, status), httpStatus: status },
      isRetryable: retryAfterMs === undefined || retryAfterMs <= LONGEST_RETRY_AFTER_MS,
      ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
    };
  }
  if (/context[_ ]length|maximum context|too many tokens|prompt is too long/iu.test(text)) {
    return final(problems.promptTooLong(context));
  }
  return final(failure.isHtml ? problems.badResponse(context, 'html') : problems.rejected(context, status));
}

function diagnoseStreamError(
  failure: Extract<Failure, { kind: 'stream-error' }>,
  context: DiagnosisContext,
): Diagnosis {
  const text = `${failure.code} ${failure.detail}`;
  if (QUOTA.test(text)) return { problem: problems.quota(context), isRetryable: false };
  if (/rate_limit/iu.test(text)) return { problem: problems.rateLimited(context, undefined), isRetryable: true };
  if (WRONG_KEY.test(text)) return { problem: problems.wrongKey(context, { isCertain: true }), isRetryable: false };
  return { problem: problems.serverError(context, undefined), isRetryable: SERVER_TROUBLE.test(text) };
}

async function diagnoseNetwork(detail: string, context: DiagnosisContext): Promise<Diagnosis> {
  const { ports, provider } = context;
  const final = (problem: LlmProblem): Diagnosis => ({ problem, isRetryable: false });
  const space = addressSpaceOf(new URL(provider.baseUrl).hostname);
  if (space !== 'loopback' && !ports.isOnline()) return final(problems.offline(context));
  if (await context.policyWatch.hasBlocked(endpointOrigin(provider.baseUrl)))
    return final(problems.blockedByPolicy(context));
  const permission = await refusedPermission(space, detail, context);
  if (permission !== undefined) return final(problems.localNetworkPermission(context, space, permission));

  const probe = await probeEndpoint(provider.baseUrl, ports, context.signal);
  switch (probe.kind) {
    case 'silent':
      return { problem: problems.unreachable(context), isRetryable: true };
    case 'redirects':
      return final(problems.redirected(context));
    case 'hidden':
      // It answers, but not to this page. A provider that is known to answer pages hides only its refusals.
      if (context.preset.hidesWrongKey) return final(problems.wrongKey(context, { isCertain: false }));
      return final(problems.cors(context));
    case 'readable':
      if (context.hasKey && (context.preset.hidesWrongKey || probe.status === 401 || probe.status === 403)) {
        return final(problems.wrongKey(context, { isCertain: false }));
      }
      return { problem: problems.brokeOff(context), isRetryable: true };
  }
}

/**
 * `denied` or `prompt` when the local-network permission stands in the way. The failed call has made the browser ask,
 * so that a state that is still `prompt` means the question was closed unanswered.
 */
async function refusedPermission(
  space: AddressSpace,
  detail: string,
  { ports, provider }: DiagnosisContext,
): Promise<'denied' | 'prompt' | undefined> {
  if (space === 'public') return undefined;
  const state = await ports.localNetworkPermission(space);
  if (state === 'denied') return 'denied';
  if (state === 'prompt' && needsLocalNetworkPermission(ports.pageOrigin, provider.baseUrl)) return 'prompt';
  return /address space|local network access/iu.test(detail) ? 'denied' : undefined;
}
