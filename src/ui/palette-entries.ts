import type { IconName } from './components/icons.ts';
import type { Conversation } from '../domain/conversation.ts';
import type { HitExplanation } from '../domain/explanation.ts';
import type { SourceDocument } from '../domain/document.ts';
import type { SearchResultView } from '../domain/source-view.ts';
import { routeHash, SETTINGS_SECTIONS } from './router.svelte.ts';
import { keyCaps, SHORTCUTS } from './shortcuts.ts';
import type { ShellState } from './state/shell.svelte.ts';
import type { ThemeState } from './state/theme.svelte.ts';
import { PALETTE, SHORTCUT_TEXT } from './text/palette.ts';
import { SECTION_TITLES } from './text/settings.ts';
import { SHELL } from './text/shell.ts';

export interface PaletteEntry {
  readonly id: string;
  readonly group: keyof typeof PALETTE.groups;
  readonly label: string;
  readonly detail?: string;
  readonly icon: IconName;
  readonly caps?: readonly string[];
  /** How a passage came to be found. */
  readonly why?: HitExplanation;
  readonly run: () => void;
}

/** What the palette always offers. */
export function commandEntries(shell: ShellState, theme: ThemeState): readonly PaletteEntry[] {
  const go = (hash: string) => (): void => {
    location.hash = hash;
  };
  const entries: PaletteEntry[] = [];
  for (const shortcut of SHORTCUTS) {
    const { run, id } = shortcut;
    if (run === undefined || id === 'palette') continue;
    entries.push({
      id,
      group: 'actions',
      label: SHORTCUT_TEXT[id],
      icon: id === 'new-question' ? 'plus' : id === 'sidebar' ? 'sidebar' : 'keyboard',
      caps: keyCaps(shortcut),
      run: () => {
        run(shell);
      },
    });
  }
  entries.push({ id: 'add', group: 'actions', label: PALETTE.addFiles, icon: 'upload', run: go('#/library') });
  if (shell.isLockable) {
    entries.push({ id: 'lock', group: 'actions', label: PALETTE.lock, icon: 'lock', run: () => void shell.app.lock() });
  }
  for (const [choice, label] of [
    ['light', PALETTE.themeLight],
    ['dark', PALETTE.themeDark],
    ['system', PALETTE.themeSystem],
  ] as const) {
    if (theme.theme === choice) continue;
    entries.push({
      id: `theme-${choice}`,
      group: 'actions',
      label,
      icon: 'eye',
      run: () => {
        theme.chooseTheme(choice);
      },
    });
  }
  entries.push({ id: 'library', group: 'screens', label: SHELL.library, icon: 'library', run: go('#/library') });
  for (const section of SETTINGS_SECTIONS) {
    entries.push({
      id: `settings-${section}`,
      group: 'screens',
      label: `${SHELL.settings}: ${SECTION_TITLES[section]}`,
      icon: 'settings',
      run: go(routeHash({ screen: 'settings', section })),
    });
  }
  return entries;
}

export function conversationEntries(conversations: readonly Conversation[]): readonly PaletteEntry[] {
  return conversations.map(({ conversationId, title }) => ({
    id: conversationId,
    group: 'conversations',
    label: title,
    icon: 'ask',
    run: () => {
      location.hash = routeHash({ screen: 'ask', conversationId });
    },
  }));
}

export function documentEntries(documents: readonly SourceDocument[], shell: ShellState): readonly PaletteEntry[] {
  return documents.map(({ documentId, title, path }) => ({
    id: documentId,
    group: 'documents',
    label: title,
    detail: path,
    icon: 'file',
    run: () => {
      shell.sources.openDocument(documentId);
    },
  }));
}

/** Passages found in the library itself; what follows a table's or a heading's line break is shown on one line. */
export function passageEntries(found: readonly SearchResultView[], shell: ShellState): readonly PaletteEntry[] {
  const siblings = found.map(({ citation }) => citation);
  return found.map(({ citation, text, why }) => ({
    id: citation.chunkId,
    group: 'passages',
    label: text.slice(0, 160).replace(/\s+/gu, ' '),
    detail: citation.title,
    icon: 'search',
    why,
    run: () => {
      shell.sources.openCitation(citation, siblings);
    },
  }));
}
