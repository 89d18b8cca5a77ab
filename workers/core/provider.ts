import type { LanguageModel } from '../../src/features/chat/generated-answer.ts';
import { InvalidInputError } from '../../src/domain/errors.ts';
import type { ProviderSettings } from '../../src/domain/settings.ts';
import { readBaseUrl } from '../../src/platform/llm/base-url.ts';
import type { LlmClient } from '../../src/platform/llm/llm-client.ts';
import { createOpenAiClient } from '../../src/platform/llm/openai-client.ts';
import { findPreset } from '../../src/platform/llm/providers.ts';
import { testConnection } from '../../src/platform/llm/test-connection.ts';
import { readNetworkPolicy, writeNetworkPolicy } from '../../src/platform/pwa/network-policy.ts';
import type { CoreApi } from './api.ts';
import type { Session } from './session.ts';

/** The provider's model as answers use it; `undefined` when no provider is set up. */
export async function languageModelOf(session: Session): Promise<LanguageModel | undefined> {
  const { provider } = session.settings.current;
  if (!provider) return undefined;
  const { modelName, temperature, maxOutputTokens } = provider;
  return { client: await clientOf(session, provider), modelName, temperature, maxOutputTokens };
}

/**
 * Seals provider and key, and lets the site talk to the provider's origin from the next load on. Throws
 * `InvalidInputError` when the address can't be used.
 */
export async function saveProvider(
  { vault, settings }: Session,
  provider: ProviderSettings,
  apiKey: string | undefined,
): ReturnType<CoreApi['saveProvider']> {
  const address = readBaseUrl(provider.baseUrl);
  if (address.kind === 'invalid') throw new InvalidInputError(address.message);
  if (apiKey !== undefined && apiKey !== '') await vault.sealApiKey(address.origin, apiKey.trim());
  await settings.save({ ...settings.current, provider: { ...provider, baseUrl: address.baseUrl } });
  const policy = await readNetworkPolicy();
  const isAllowed = policy.providerOrigins.length === 1 && policy.providerOrigins[0] === address.origin;
  if (!isAllowed) await writeNetworkPolicy({ ...policy, providerOrigins: [address.origin] });
  return { needsReload: !isAllowed };
}

/** Forgets provider and keys; from the next load on the site talks to nobody but itself. */
export async function removeProvider({ vault, settings }: Session): Promise<void> {
  const { provider: _, ...rest } = settings.current;
  await settings.save(rest);
  await vault.deleteApiKeys();
  await writeNetworkPolicy({ ...(await readNetworkPolicy()), providerOrigins: [] });
}

export async function listProviderModels(session: Session): ReturnType<CoreApi['listProviderModels']> {
  const { client } = await configured(session);
  return client.listModels({ signal: AbortSignal.timeout(LIST_TIMEOUT_MS) });
}

export async function testProvider(session: Session): ReturnType<CoreApi['testProvider']> {
  const { client, provider } = await configured(session);
  return testConnection(
    { client, provider, preset: findPreset(provider.presetId) },
    { signal: AbortSignal.timeout(TEST_TIMEOUT_MS) },
  );
}

const LIST_TIMEOUT_MS = 20_000;
const TEST_TIMEOUT_MS = 30_000;

async function configured(session: Session): Promise<{ client: LlmClient; provider: ProviderSettings }> {
  const { provider } = session.settings.current;
  if (!provider) throw new InvalidInputError('No provider is set up yet. Choose one and save it first.');
  return { client: await clientOf(session, provider), provider };
}

async function clientOf({ vault }: Session, provider: ProviderSettings): Promise<LlmClient> {
  const address = readBaseUrl(provider.baseUrl);
  if (address.kind === 'invalid') throw new InvalidInputError(address.message);
  const apiKey = await vault.findApiKey(address.origin);
  return createOpenAiClient({ provider, preset: findPreset(provider.presetId), apiKey });
}
