import { createSubscriber } from 'svelte/reactivity';
import { parseId, type ConversationId } from '../domain/ids.ts';

export const SETTINGS_SECTIONS = ['answers', 'search', 'appearance', 'privacy', 'about'] as const;
export type SettingsSection = (typeof SETTINGS_SECTIONS)[number];

export type Route =
  | { readonly screen: 'ask'; readonly conversationId: ConversationId | undefined }
  | { readonly screen: 'library' }
  | { readonly screen: 'settings'; readonly section: SettingsSection };

/** Reads a location hash such as `#/settings/search`. Anything unknown is a new question. */
export function parseRoute(hash: string): Route {
  const [screen, rest] = hash.replace(/^#\/?/, '').split('/');
  if (screen === 'library') return { screen };
  if (screen === 'settings') {
    return { screen, section: SETTINGS_SECTIONS.find((section) => section === rest) ?? 'answers' };
  }
  return { screen: 'ask', conversationId: rest === undefined ? undefined : parseConversationId(rest) };
}

function parseConversationId(text: string): ConversationId | undefined {
  return /^[0-9a-f]{32}$/.test(text) ? parseId<ConversationId>(text) : undefined;
}

export function routeHash(route: Route): string {
  switch (route.screen) {
    case 'ask':
      return route.conversationId === undefined ? '#/ask' : `#/ask/${route.conversationId}`;
    case 'library':
      return '#/library';
    case 'settings':
      return `#/settings/${route.section}`;
  }
}

/** Where the person is, kept in the location's hash: no server has to know the routes. */
class Router {
  readonly #subscribe = createSubscriber((update) => {
    addEventListener('hashchange', update);
    return () => removeEventListener('hashchange', update);
  });

  get current(): Route {
    this.#subscribe();
    return parseRoute(location.hash);
  }

  go(route: Route, options: { readonly isReplacing?: boolean } = {}): void {
    const hash = routeHash(route);
    if (location.hash === hash) return;
    if (options.isReplacing === true) location.replace(hash);
    else location.hash = hash;
  }
}

export type { Router };
export const makeRouter = (): Router => new Router();
