import { DEFAULT_HUB_URL } from '../compute/hub.ts';
import { DEFAULT_HUB_ORIGINS, isHubOrigin } from './network-policy.ts';

/** What whoever publishes the site can set without building it anew: `config.json` beside `index.html`. */
export interface SiteConfig {
  /** Shown in place of the app's own name. */
  readonly name: string;
  /** Where models are downloaded from once the person allows it; ends with a slash. */
  readonly hubUrl: string;
  /** Every origin a download may lead to, that of `hubUrl` among them. */
  readonly hubOrigins: readonly string[];
  /** The provider that is selected when none has been set up: an id of `platform/llm/providers.ts`. */
  readonly defaultProviderPresetId?: string;
  /** A sentence or two above the choice of models. */
  readonly modelNote?: string;
}

export const DEFAULT_SITE_CONFIG: SiteConfig = {
  name: 'Commonplace',
  hubUrl: DEFAULT_HUB_URL,
  hubOrigins: DEFAULT_HUB_ORIGINS,
};

export const SITE_CONFIG_NAME = 'config.json';

const MAX_NAME_LENGTH = 40;
const MAX_NOTE_LENGTH = 400;

/** The site's configuration, or the defaults where there is none or it does not read as one. `siteUrl` ends with a slash. */
export async function readSiteConfig(siteUrl: string): Promise<SiteConfig> {
  try {
    const response = await fetch(new URL(SITE_CONFIG_NAME, siteUrl));
    return response.ok ? parseSiteConfig(await response.json()) : DEFAULT_SITE_CONFIG;
  } catch (error) {
    // Offline and never loaded, or not JSON.
    if (error instanceof TypeError || error instanceof SyntaxError) return DEFAULT_SITE_CONFIG;
    throw error;
  }
}

/** Reads untrusted JSON. A value that is unusable counts as absent; what is unknown is ignored. */
export function parseSiteConfig(value: unknown): SiteConfig {
  if (typeof value !== 'object' || value === null) return DEFAULT_SITE_CONFIG;
  const record = value as Readonly<Record<string, unknown>>;
  const defaultProviderPresetId = textOf(record['defaultProviderPresetId'], MAX_NAME_LENGTH);
  const modelNote = textOf(record['modelNote'], MAX_NOTE_LENGTH);
  return {
    name: textOf(record['name'], MAX_NAME_LENGTH) ?? DEFAULT_SITE_CONFIG.name,
    ...hubOf(record['hubUrl'], record['hubOrigins']),
    ...(defaultProviderPresetId !== undefined && { defaultProviderPresetId }),
    ...(modelNote !== undefined && { modelNote }),
  };
}

function hubOf(url: unknown, origins: unknown): Pick<SiteConfig, 'hubUrl' | 'hubOrigins'> {
  const { hubUrl, hubOrigins } = DEFAULT_SITE_CONFIG;
  if (typeof url !== 'string' || !URL.canParse(url)) return { hubUrl, hubOrigins };
  const hub = new URL(url);
  hub.search = '';
  hub.hash = '';
  // Anything but https would be a way around the page's encryption, except on this very device.
  const isOwnDevice = hub.protocol === 'http:' && ['localhost', '127.0.0.1'].includes(hub.hostname);
  if ((hub.protocol !== 'https:' && !isOwnDevice) || hub.username !== '' || hub.password !== '') {
    return { hubUrl, hubOrigins };
  }
  const others = Array.isArray(origins) ? origins.filter((item: unknown) => typeof item === 'string') : [];
  return {
    hubUrl: hub.href.endsWith('/') ? hub.href : `${hub.href}/`,
    hubOrigins: [...new Set([hub.origin, ...others.filter(isHubOrigin)])],
  };
}

function textOf(value: unknown, maxLength: number): string | undefined {
  if (typeof value !== 'string') return undefined;
  const text = value.replace(/\s+/gu, ' ').trim();
  return text === '' || text.length > maxLength ? undefined : text;
}
