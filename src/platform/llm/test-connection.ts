import type { ProviderSettings } from '../../domain/settings.ts';
import type { ChatRequest, LlmClient, ProviderTest } from './llm-client.ts';
import type { ProviderPreset } from './providers.ts';

export interface ConnectionTestDeps {
  readonly client: LlmClient;
  readonly provider: ProviderSettings;
  readonly preset: ProviderPreset;
  readonly nowMs?: () => number;
}

/** Enough for one word, and small enough to cost next to nothing. */
const TEST_OUTPUT_TOKENS = 16;

/**
 * Tries the provider as it is set up. The list of models is the test, as it costs nothing; where anybody may read
 * that list, or there is none, the chosen model is asked for one word. Never throws.
 */
export async function testConnection(
  { client, provider, preset, nowMs = () => performance.now() }: ConnectionTestDeps,
  { signal }: { readonly signal: AbortSignal },
): Promise<ProviderTest> {
  const startedAt = nowMs();
  const listing = await client.listModels({ signal });
  const listLatencyMs = nowMs() - startedAt;
  const modelNames = listing.kind === 'models' ? listing.modelNames : [];
  const isListMissing = listing.kind === 'problem' && listing.problem.kind === 'not-found';
  if (listing.kind === 'problem' && !(isListMissing && provider.modelName !== '')) return listing;

  const saysEnough = listing.kind === 'models' && !(preset.isModelListPublic && preset.needsKey);
  if (saysEnough || provider.modelName === '')
    return { kind: 'works', modelNames, latencyMs: Math.round(listLatencyMs) };
  return askForOneWord(client, provider, modelNames, nowMs, signal);
}

async function askForOneWord(
  client: LlmClient,
  provider: ProviderSettings,
  modelNames: readonly string[],
  nowMs: () => number,
  signal: AbortSignal,
): Promise<ProviderTest> {
  const request: ChatRequest = {
    modelName: provider.modelName,
    messages: [{ role: 'user', content: 'Reply with the word: ready' }],
    temperature: provider.temperature,
    maxOutputTokens: TEST_OUTPUT_TOKENS,
  };
  const startedAt = nowMs();
  let latencyMs: number | undefined;
  for await (const event of client.chat(request, { signal })) {
    if (event.type === 'text') latencyMs ??= nowMs() - startedAt;
    if (event.type !== 'finished' || event.problem === undefined) continue;
    // A model that thinks first may use up the few tokens: it answered all the same.
    if (event.problem.kind !== 'too-long') return { kind: 'problem', problem: event.problem };
  }
  return { kind: 'works', modelNames, latencyMs: Math.round(latencyMs ?? nowMs() - startedAt) };
}
