/** Short messages at the edge of the window: what happened, what it means, what to do. */
export const NOTICES = {
  libraryViewLost: 'The list of your files stopped updating. Nothing is lost. Reload the page to see it fresh.',
  importStopped: 'The import stopped. What was already read is kept. Add the files again to go on.',
  damaged:
    'Part of your library could not be opened: it is damaged on this disk. The rest works, and what can be read again from your files is. Add files that are missing once more.',
  unread:
    'The disk did not give part of the search index, so results may be ordered less exactly. Nothing is lost, and it is tried again as you ask. If this stays, lock your library and unlock it again.',
  updateReady: 'A new version is ready.',
  updateApply: 'Update now',
  updateWaiting: 'A new version is ready. It can be put in place once the import has finished.',
  offline: 'You are offline. Everything works except answers written by your provider.',
  offlineNoProvider: 'You are offline. Everything works.',
  memoryOnly:
    'This browser gave no lasting storage (a private window, perhaps). You can use Commonplace, but your library is gone when you close this tab.',
  modelMissing: 'Search works by words. For search by meaning, choose a model; one comes with the app.',
  modelChoose: 'Choose a model',
  storageFull: 'This device has no room left for more. What is already in your library is safe and works.',
  storageManage: 'See storage',
  actionFailed: 'That did not work.',
  copied: 'Copied.',
  copyFailed: 'The browser did not allow copying. Select the text and copy it by hand.',
  documentDeleted: 'Deleted from the library.',
  undo: 'Undo',
} as const;
