/** Something about a link that the person should weigh before opening it. */
export type LinkWarning = 'carries-your-text' | 'carries-much' | 'look-alike' | 'hidden-name' | 'unencrypted';

const MAX_PLAIN_QUERY_LENGTH = 64;
/** Shorter runs of words appear in ordinary addresses by chance. */
const MIN_SHARED_WORDS = 3;
/** Addresses in the texts themselves share words with the link as a matter of course. */
const ADDRESS = /(?:https?:|mailto:|www\.)[^\s)>\]]+/gi;

export const LINK_WARNING_TEXT: Readonly<Record<LinkWarning, string>> = {
  'carries-your-text':
    'The address contains words from this conversation. Opening it would send them to that site. Do that only if you trust it with them.',
  'carries-much':
    'The address carries a long piece of data. Opening it sends that data to the site, and it could hold something of yours.',
  'look-alike':
    'The name uses letters from another script and may imitate a site you know. The true name is the one shown above.',
  'hidden-name': 'The address holds a user name before the site’s name, a trick to make one site look like another.',
  unencrypted: 'The site is reached without encryption: others on the network can read along.',
};

/**
 * What to warn about before `href` (already normalised) is opened. `contextTexts` are the texts on the table: question,
 * answer, quoted passages. A link planted in a document can carry them out in its query, path or fragment.
 */
export function linkWarnings(href: string, contextTexts: readonly string[]): readonly LinkWarning[] {
  const url = new URL(href);
  const warnings: LinkWarning[] = [];
  if (sharesWords(decoded(`${url.pathname} ${url.search} ${url.hash}`), contextTexts))
    warnings.push('carries-your-text');
  if (url.search.length + url.hash.length > MAX_PLAIN_QUERY_LENGTH) warnings.push('carries-much');
  if (url.hostname.split('.').some((label) => label.startsWith('xn--'))) warnings.push('look-alike');
  if (url.protocol !== 'mailto:' && (url.username !== '' || url.password !== '')) warnings.push('hidden-name');
  if (url.protocol === 'http:') warnings.push('unencrypted');
  return warnings;
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part.replaceAll('+', ' '));
  } catch (error) {
    if (error instanceof URIError) return part;
    throw error;
  }
}

function sharesWords(addressText: string, contextTexts: readonly string[]): boolean {
  const words = wordsOf(addressText);
  if (words.length < MIN_SHARED_WORDS) return false;
  const context = contextTexts.map((text) => ` ${wordsOf(text.replace(ADDRESS, ' ')).join(' ')} `);
  for (let i = 0; i + MIN_SHARED_WORDS <= words.length; i++) {
    const run = words.slice(i, i + MIN_SHARED_WORDS);
    if (run.join('').length < 10) continue;
    const needle = ` ${run.join(' ')} `;
    if (context.some((text) => text.includes(needle))) return true;
  }
  return false;
}

function wordsOf(text: string): string[] {
  return text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? [];
}
