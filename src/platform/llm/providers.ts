/**
 * Providers as dated data. What a vendor allows a web page to do changes without notice: each fact names the day it
 * was checked and by whom, and *Test connection* decides. Sources and what was not checked: `docs/providers.md`.
 */
export interface ProviderPreset {
  readonly id: string;
  readonly label: string;
  /** Empty for `custom`. */
  readonly baseUrl: string;
  readonly needsKey: boolean;
  /** Runs on the person's own computer or network. */
  readonly isLocal: boolean;
  /** Sent with every request besides Authorization, Content-Type and Accept. */
  readonly headers: Readonly<Record<string, string>>;
  /** Header that carries the key when models are listed, where that differs from `Authorization: Bearer`. */
  readonly modelListKeyHeader?: string;
  /** The list of models is given to anybody, so that it says nothing about the key. */
  readonly isModelListPublic: boolean;
  /** Name of the parameter that limits the answer. */
  readonly maxTokensParameter: 'max_tokens' | 'max_completion_tokens';
  /** Refuses a wrong key in a way that the browser hides from the page. */
  readonly hidesWrongKey: boolean;
  /** The page where one gets a key, or the program. */
  readonly keyUrl: string;
  /** Names to begin with; the first is the default. The provider's own list replaces them once it is fetched. */
  readonly suggestedModelNames: readonly string[];
  readonly cors: DatedNote;
  readonly privacy: string;
}

export interface DatedNote {
  /** ISO date of the check. */
  readonly checkedAt: string;
  readonly note: string;
}

const CLOUD_DEFAULTS = {
  needsKey: true,
  isLocal: false,
  headers: {},
  isModelListPublic: false,
  maxTokensParameter: 'max_tokens',
  hidesWrongKey: false,
} as const;

const LOCAL_DEFAULTS = {
  needsKey: false,
  isLocal: true,
  headers: {},
  isModelListPublic: true,
  maxTokensParameter: 'max_tokens',
  hidesWrongKey: false,
  privacy: 'Runs on your own computer: questions and passages stay on it.',
} as const;

const MEASURED = '2026-08-14';
const sentTo = (company: string): string =>
  `Your question, the passages found for it and the earlier turns of the conversation are sent to ${company}, under its terms. The rest of your library is not.`;

export const PROVIDER_PRESETS: readonly ProviderPreset[] = [
  {
    ...CLOUD_DEFAULTS,
    id: 'openai',
    label: 'OpenAI',
    baseUrl: 'https://api.openai.com/v1',
    maxTokensParameter: 'max_completion_tokens',
    hidesWrongKey: true,
    keyUrl: 'https://platform.openai.com/api-keys',
    suggestedModelNames: ['gpt-5.4-mini', 'gpt-5.5'],
    cors: {
      checkedAt: MEASURED,
      note: 'Allows calls from web pages, but refuses a wrong key without the header that would let the page read why.',
    },
    privacy: sentTo('OpenAI'),
  },
  {
    ...CLOUD_DEFAULTS,
    id: 'openrouter',
    label: 'OpenRouter',
    baseUrl: 'https://openrouter.ai/api/v1',
    isModelListPublic: true,
    keyUrl: 'https://openrouter.ai/settings/keys',
    suggestedModelNames: ['openrouter/auto'],
    cors: { checkedAt: MEASURED, note: 'Allows calls from web pages with a fixed list of headers.' },
    privacy: `${sentTo('OpenRouter')} OpenRouter passes them on to the company that runs the model you choose.`,
  },
  {
    ...CLOUD_DEFAULTS,
    id: 'anthropic',
    label: 'Anthropic',
    baseUrl: 'https://api.anthropic.com/v1',
    headers: { 'anthropic-dangerous-direct-browser-access': 'true', 'anthropic-version': '2023-06-01' },
    modelListKeyHeader: 'x-api-key',
    keyUrl: 'https://console.anthropic.com/settings/keys',
    suggestedModelNames: ['claude-haiku-4-5', 'claude-sonnet-5'],
    cors: { checkedAt: MEASURED, note: 'Allows calls from web pages when they say so in a header, which is sent.' },
    privacy: sentTo('Anthropic'),
  },
  {
    ...CLOUD_DEFAULTS,
    id: 'gemini',
    label: 'Google Gemini',
    baseUrl: 'https://generativelanguage.googleapis.com/v1beta/openai',
    keyUrl: 'https://aistudio.google.com/apikey',
    suggestedModelNames: ['gemini-3.5-flash'],
    cors: {
      checkedAt: MEASURED,
      note: 'Allows calls from web pages only with a short list of headers; nothing else is sent.',
    },
    privacy: sentTo('Google'),
  },
  {
    ...CLOUD_DEFAULTS,
    id: 'mistral',
    label: 'Mistral',
    baseUrl: 'https://api.mistral.ai/v1',
    keyUrl: 'https://console.mistral.ai/api-keys',
    suggestedModelNames: ['mistral-small-latest', 'mistral-large-latest'],
    cors: { checkedAt: MEASURED, note: 'Allows calls from web pages with a fixed list of headers.' },
    privacy: sentTo('Mistral AI'),
  },
  {
    ...CLOUD_DEFAULTS,
    id: 'groq',
    label: 'Groq',
    baseUrl: 'https://api.groq.com/openai/v1',
    keyUrl: 'https://console.groq.com/keys',
    suggestedModelNames: ['openai/gpt-oss-120b', 'llama-3.3-70b-versatile'],
    cors: { checkedAt: MEASURED, note: 'Allows calls from web pages.' },
    privacy: sentTo('Groq'),
  },
  {
    ...CLOUD_DEFAULTS,
    id: 'deepseek',
    label: 'DeepSeek',
    baseUrl: 'https://api.deepseek.com/v1',
    keyUrl: 'https://platform.deepseek.com/api_keys',
    suggestedModelNames: ['deepseek-flash', 'deepseek-chat'],
    cors: { checkedAt: MEASURED, note: 'Allows calls from web pages.' },
    privacy: sentTo('DeepSeek'),
  },
  {
    ...CLOUD_DEFAULTS,
    id: 'together',
    label: 'Together AI',
    baseUrl: 'https://api.together.xyz/v1',
    keyUrl: 'https://api.together.ai/settings/api-keys',
    suggestedModelNames: ['openai/gpt-oss-120b'],
    cors: { checkedAt: '2026-10-07', note: 'Allows calls from web pages.' },
    privacy: sentTo('Together AI'),
  },
  {
    ...LOCAL_DEFAULTS,
    id: 'ollama',
    label: 'Ollama',
    baseUrl: 'http://localhost:11434/v1',
    keyUrl: 'https://ollama.com/download',
    suggestedModelNames: ['llama3.2'],
    cors: {
      checkedAt: '2026-10-20',
      note: 'Refuses pages from other sites with status 403 until OLLAMA_ORIGINS names them (measured with version 0.40.5).',
    },
  },
  {
    ...LOCAL_DEFAULTS,
    id: 'lm-studio',
    label: 'LM Studio',
    baseUrl: 'http://localhost:1234/v1',
    keyUrl: 'https://lmstudio.ai/download',
    suggestedModelNames: [],
    cors: { checkedAt: '2026-11-21', note: 'Refuses web pages until CORS is switched on, by its documentation.' },
  },
  {
    ...LOCAL_DEFAULTS,
    id: 'llama-cpp',
    label: 'llama.cpp server',
    baseUrl: 'http://localhost:8080/v1',
    keyUrl: 'https://github.com/ggml-org/llama.cpp',
    suggestedModelNames: [],
    cors: {
      checkedAt: '2026-11-21',
      note: 'Allows every web page, by its source. Started with an API key it may refuse the header that carries the key.',
    },
  },
  {
    ...CLOUD_DEFAULTS,
    id: 'custom',
    label: 'Another address',
    baseUrl: '',
    needsKey: false,
    keyUrl: '',
    suggestedModelNames: [],
    cors: { checkedAt: '2026-11-21', note: 'Unknown: the server must allow calls from this page.' },
    privacy: sentTo('the server at this address'),
  },
];

/** Whether there is a preset of that id. */
export function isPresetId(text: string): boolean {
  return PROVIDER_PRESETS.some(({ id }) => id === text);
}

/** The preset of that id; `custom` for one that is unknown, as after a preset was withdrawn. */
export function findPreset(presetId: string): ProviderPreset {
  const preset = PROVIDER_PRESETS.find((candidate) => candidate.id === presetId) ?? PROVIDER_PRESETS.at(-1);
  if (preset === undefined) throw new RangeError('There are no provider presets.');
  return preset;
}
