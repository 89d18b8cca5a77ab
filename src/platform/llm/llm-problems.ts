import type { ProviderSettings } from '../../domain/settings.ts';
import { endpointOrigin } from './base-url.ts';
import type { AddressSpace } from './base-url.ts';
import type { LlmProblem, LlmProblemKind } from './llm-client.ts';
import type { LlmPorts } from './llm-ports.ts';
import { localServerCommand, operatingSystemOf } from './local-server-command.ts';
import type { ProviderPreset } from './providers.ts';

/** The words for each problem: what happened, what it means, what to do. Nothing a provider wrote is repeated. */
export interface ProblemContext {
  readonly provider: ProviderSettings;
  readonly preset: ProviderPreset;
  readonly hasKey: boolean;
  readonly ports: Pick<LlmPorts, 'pageOrigin' | 'userAgent'>;
}

const SAFE = 'Your library is untouched.';
const MEANWHILE = 'You can ask again, or answer from your notes without a model meanwhile.';

export function offline(context: ProblemContext): LlmProblem {
  return problem(
    'offline',
    `You are offline, so ${nameOf(context)} cannot be asked. ${SAFE} Everything else works: search, and answers quoted from your notes. Ask again once you are online.`,
  );
}

export function blockedByPolicy(context: ProblemContext): LlmProblem {
  return problem(
    'blocked-by-policy',
    `This app’s own network rule stopped the call: it does not allow ${originOf(context)} yet. ${SAFE} Save the provider in the settings and reload the page; the rule is renewed then.`,
  );
}

export function cors(context: ProblemContext): LlmProblem {
  const advice = adviceFor(context);
  if (advice !== undefined) {
    return problem(
      'cors',
      `${nameOf(context)} answers, but does not let this page (${context.ports.pageOrigin}) read the answer. ${SAFE} ${advice.steps}`,
      advice.command,
    );
  }
  return problem(
    'cors',
    `${originOf(context)} answers, but does not let this page (${context.ports.pageOrigin}) read the answer. ${SAFE} The server must allow that origin (CORS) with the headers Authorization and Content-Type; if you do not run it yourself, choose another provider. A wrong key can look the same with some servers.`,
  );
}

export function refusedByServer(context: ProblemContext): LlmProblem {
  const advice = adviceFor(context);
  return problem(
    'cors',
    `${nameOf(context)} refuses calls from this page (${context.ports.pageOrigin}). ${SAFE} ${advice?.steps ?? 'Allow this origin in the server’s settings.'}`,
    advice?.command,
  );
}

export function localNetworkPermission(
  context: ProblemContext,
  space: AddressSpace,
  state: 'denied' | 'prompt',
): LlmProblem {
  const where = space === 'loopback' ? 'programs on this computer' : 'devices on your network';
  if (state === 'prompt') {
    return problem(
      'local-network-permission',
      `The browser wants your leave before this page may reach ${where}, and ${nameOf(context)} is one; it was not given yet. ${SAFE} Press “Test connection” in the settings and choose “Allow”.`,
    );
  }
  return problem(
    'local-network-permission',
    `The browser does not let this page reach ${where}, and ${nameOf(context)} is one. ${SAFE} Open the site settings (the icon left of the address), allow ${space === 'loopback' ? '“Apps on device”' : '“Local network”'} access, reload and try again.`,
  );
}

export function unreachable(context: ProblemContext): LlmProblem {
  if (context.preset.isLocal) {
    return problem(
      'unreachable',
      `Nothing answers at ${originOf(context)}. ${SAFE} Start ${nameOf(context)}, check the port, and try again.`,
    );
  }
  return problem(
    'unreachable',
    `${originOf(context)} cannot be reached. ${SAFE} Check the address and your connection; an ad blocker, a firewall or a company network can also be in the way.`,
  );
}

export function brokeOff(context: ProblemContext): LlmProblem {
  return problem(
    'interrupted',
    `The connection to ${nameOf(context)} broke off. Anything that had arrived is kept. ${MEANWHILE}`,
  );
}

export function endedEarly(context: ProblemContext): LlmProblem {
  return problem(
    'interrupted',
    `${nameOf(context)} ended the answer before it was complete. Anything that had arrived is kept. ${MEANWHILE}`,
  );
}

export function redirected(context: ProblemContext): LlmProblem {
  return problem(
    'bad-response',
    `${originOf(context)} sends the call on to another address. It was not followed, so that your key goes nowhere else. ${SAFE} Put the final address of the provider into the settings.`,
  );
}

export function wrongKey(context: ProblemContext, { isCertain }: { readonly isCertain: boolean }): LlmProblem {
  const what = context.hasKey
    ? isCertain
      ? `${nameOf(context)} does not accept the key.`
      : `${nameOf(context)} answers, but hides why it refused; nearly always the key is wrong, expired or lacks a permission.`
    : `${nameOf(context)} wants a key, and none is set.`;
  const where =
    context.preset.keyUrl === '' || context.preset.isLocal ? '' : ` Keys are made at ${context.preset.keyUrl}.`;
  return problem(
    'wrong-key',
    `${what} ${SAFE} Check the key in the settings: all of it, no spaces, and made for this provider.${where}`,
  );
}

export function forbidden(context: ProblemContext): LlmProblem {
  return problem(
    'wrong-key',
    `${nameOf(context)} refused the call. ${SAFE} The key may lack the permission for “${context.provider.modelName}”, or the provider does not serve your region. Check the key’s permissions with the provider.`,
  );
}

export function quota(context: ProblemContext): LlmProblem {
  return problem(
    'quota',
    `The account at ${nameOf(context)} has no credit left, or has reached its spending limit. ${SAFE} Add credit or raise the limit there. ${MEANWHILE}`,
  );
}

export function rateLimited(context: ProblemContext, retryAfterMs: number | undefined): LlmProblem {
  const wait = retryAfterMs === undefined ? 'a minute' : durationText(retryAfterMs);
  return problem(
    'rate-limited',
    `${nameOf(context)} gets more calls than it allows for your account right now. ${SAFE} Wait ${wait}, then ask again.`,
  );
}

export function notFound(context: ProblemContext, isPage: boolean): LlmProblem {
  if (isPage)
    return problem(
      'not-found',
      `There is no such service at ${context.provider.baseUrl}. ${SAFE} Check the address; most end in /v1.`,
    );
  return problem(
    'not-found',
    `${nameOf(context)} does not know the model “${context.provider.modelName}” at ${context.provider.baseUrl}. ${SAFE} Choose a model from the list in the settings${context.preset.isLocal ? ', or load it in the server first' : ''}.`,
  );
}

export function serverError(context: ProblemContext, status: number | undefined): LlmProblem {
  return problem(
    'server-error',
    `${nameOf(context)} has trouble on its side${status === undefined ? '' : ` (status ${status})`}. Anything that had arrived is kept. Try again in a few minutes, or choose another model.`,
  );
}

export function rejected(context: ProblemContext, status: number): LlmProblem {
  return problem(
    'bad-response',
    `${nameOf(context)} rejected the call (status ${status}). ${SAFE} The model may not support chat, or a setting such as the answer’s length is out of its range.`,
  );
}

export function promptTooLong(context: ProblemContext): LlmProblem {
  return problem(
    'too-long',
    `Question and passages are too long for “${context.provider.modelName}”. ${SAFE} Put fewer passages into a prompt in the settings, or choose a model with a longer context.`,
  );
}

export function badResponse(context: ProblemContext, reason: 'html' | 'not-json' | 'malformed'): LlmProblem {
  if (reason === 'html') {
    return problem(
      'bad-response',
      `${originOf(context)} answered with a web page instead of data: often a sign-in page of a network, or an address that lacks /v1. ${SAFE} Check the address, and open it in a tab to see what it says.`,
    );
  }
  return problem(
    'bad-response',
    `${nameOf(context)} sent something that is not a valid answer. Anything that had arrived before is kept. ${MEANWHILE}`,
  );
}

export function emptyAnswer(context: ProblemContext): LlmProblem {
  return problem(
    'bad-response',
    `${nameOf(context)} sent an empty answer. ${SAFE} Try again, or choose another model.`,
  );
}

export function withheld(context: ProblemContext): LlmProblem {
  return problem(
    'interrupted',
    `A content filter at ${nameOf(context)} ended the answer. Anything that had arrived is kept. Rephrase the question, or choose another model.`,
  );
}

export function tooManyBytes(context: ProblemContext): LlmProblem {
  return problem(
    'too-long',
    `${nameOf(context)} sent more than 2 MB; the rest was not read. Anything that had arrived is kept. Ask for something shorter.`,
  );
}

export function tokenLimit(context: ProblemContext, hasText: boolean): LlmProblem {
  const limit = context.provider.maxOutputTokens;
  if (hasText)
    return problem(
      'too-long',
      `The answer reached the limit of ${limit} tokens and stops there. Raise the limit in the settings for longer answers.`,
    );
  return problem(
    'too-long',
    `The model used up its ${limit} tokens before it wrote anything: it may think first. ${SAFE} Raise the limit in the settings.`,
  );
}

export function timedOut(context: ProblemContext, limitMs: number): LlmProblem {
  return problem(
    'timed-out',
    `${nameOf(context)} sent nothing for ${durationText(limitMs)}, so the call was ended. Anything that had arrived is kept. ${context.preset.isLocal ? 'A model that is still loading can take this long: try again, or raise the time limit in the settings.' : 'Try again, or choose another model.'}`,
  );
}

function problem(kind: LlmProblemKind, message: string, command?: string): LlmProblem {
  return { kind, message, ...(command === undefined ? {} : { command }) };
}

function nameOf({ preset, provider }: ProblemContext): string {
  return preset.id === 'custom' ? endpointOrigin(provider.baseUrl) : preset.label;
}

function originOf({ provider }: ProblemContext): string {
  return endpointOrigin(provider.baseUrl);
}

function adviceFor({ preset, ports }: ProblemContext): ReturnType<typeof localServerCommand> {
  return localServerCommand(preset, ports.pageOrigin, operatingSystemOf(ports.userAgent));
}

function durationText(ms: number): string {
  const seconds = Math.max(1, Math.ceil(ms / 1000));
  if (seconds < 120) return seconds === 1 ? 'a second' : `${seconds} seconds`;
  const minutes = Math.ceil(seconds / 60);
  return minutes < 120 ? `${minutes} minutes` : `${Math.ceil(minutes / 60)} hours`;
}
