export const PALETTE = {
  title: 'Find or do anything',
  placeholder: 'Search your library, files, conversations, settings…',
  empty: 'Nothing fits. Try fewer letters.',
  groups: {
    actions: 'Actions',
    screens: 'Go to',
    conversations: 'Conversations',
    documents: 'Files',
    passages: 'In your library',
  },
  lock: 'Lock the library',
  addFiles: 'Add files to the library',
  themeLight: 'Use the light theme',
  themeDark: 'Use the dark theme',
  themeSystem: 'Use the system’s theme',
  found: (entries: number): string => (entries === 1 ? '1 entry' : `${entries} entries`),
} as const;

export const SHORTCUT_TEXT = {
  palette: 'Find or do anything',
  'new-question': 'New question',
  sidebar: 'Show or hide the sidebar',
  help: 'Show the shortcuts',
  close: 'Close what is open',
  send: 'Send the question',
  'new-line': 'New line in the question',
} as const;

export const SHORTCUTS_TITLE = 'Shortcuts';
