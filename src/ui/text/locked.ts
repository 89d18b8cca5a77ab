/** Everything said while no library is open. */
export const WELCOME = {
  sentence: 'A private library that answers.',
  explanation:
    'Give it your notes and papers, ask in plain words, and get answers in which every claim opens the passage it came from.',
  create: 'Create my library',
  createDetail: 'Encrypted on this device with a passphrase only you know.',
  sample: 'Look around with a sample',
  sampleDetail: 'A small library to try. Nothing to set up, gone when you leave.',
  sampleOpening: 'Opening the sample…',
  restore: 'Restore a backup…',
  promises: [
    'Your files are read inside this browser and kept here, encrypted. There is no account and no server of ours.',
    'Nothing leaves this device, except what you choose to send to a language model of your choice.',
    'What we cannot promise: if this site’s owner is hacked, you are not protected. You can run your own copy.',
  ],
  promisesTitle: 'What is promised',
} as const;

/** A picture of what the app does, in words. */
export const SPECIMEN = {
  label: 'Example of an answer and the passage it rests on',
  question: 'When did we say the roof would be done?',
  answer: 'The roofers agreed to finish before the first frost, with the north side first.',
  source: 'House / Meetings.md',
  before: 'Scaffolding stays until the gutters are in. ',
  marked: 'Anna will finish the north side first and the rest before the first frost',
  after: '; she sends the invoice in two parts.',
} as const;

export const PASSPHRASE = {
  label: 'Passphrase',
  repeatLabel: 'Passphrase again',
  show: 'Show the passphrase',
  hide: 'Hide the passphrase',
  suggest: 'Suggest six words',
  suggestDetail: 'Six random words are easy to type and very hard to guess. Write them down before you go on.',
  strengthNames: ['Far too easy to guess', 'Too easy to guess', 'Fair', 'Good', 'Very good'],
  strengthLabel: 'Strength',
  strengthPending: 'Measuring…',
} as const;

export const CREATE = {
  title: 'Choose a passphrase',
  text: 'It encrypts everything in your library. Several unrelated words work best.',
  noReset: 'Nobody can reset it. Without the passphrase or the recovery code, your library stays shut for good.',
  continue: 'Create the library',
  working: 'Making your keys…',
  back: 'Back',
  tooWeak: 'This could be guessed within days. Add a word or two, or take six suggested words.',
  mismatch: 'The two passphrases differ. Type the second one again.',
  failed: 'The library could not be created. Nothing was kept.',
} as const;

export const RECOVERY = {
  title: 'Keep your recovery code',
  text: 'It opens your library if you forget the passphrase. It is shown only now and stored nowhere. Keep it on paper or in a password manager, away from this device.',
  codeLabel: 'Recovery code',
  copy: 'Copy',
  download: 'Download',
  print: 'Print',
  fileName: 'commonplace-recovery-code.txt',
  fileText: (code: string, site: string): string =>
    `Recovery code of your Commonplace library at ${site}\n\n${code}\n\nWhoever has this code and your device can open the library. Keep it away from the device.\n`,
  confirmLabel: 'To confirm that you kept it, type its last group',
  confirmWrong: 'That is not the last group. Look at the end of the code.',
  continue: 'Open my library',
} as const;

export const UNLOCK = {
  title: 'Your library is locked',
  text: 'Nobody with your disk can read it without your passphrase or recovery code.',
  unlock: 'Unlock',
  working: 'Unlocking…',
  codeLabel: 'Recovery code',
  useCode: 'Use the recovery code',
  usePassphrase: 'Use the passphrase',
  wrongPassphrase: 'That is not the passphrase of this library. Check capitals and keyboard layout, and try again.',
  wrongCode: 'That is not the recovery code of this library. Check each group, and try again.',
  failed: 'The library could not be opened. It is untouched.',
  sample: 'Look around with a sample',
  startOver: 'Start over',
} as const;

export const HELD = {
  title: 'Your library is open in another tab',
  text: 'It can be open in one tab at a time, so that no two of them write over each other.',
  takeOver: 'Use it here',
  takingOver: 'Waiting for the other tab…',
  detail: 'The other tab finishes what it is writing and locks itself.',
  failed: 'The other tab did not let go. Close it, then try again.',
} as const;

export const DELETE_VAULT = {
  title: 'Delete this library for good?',
  text: 'Every file in it, every conversation and every setting on this device is deleted. The originals on your disk are not touched. This cannot be undone.',
  confirmLabel: 'Type “delete” to confirm',
  confirmWord: 'delete',
  confirm: 'Delete the library',
  cancel: 'Keep it',
  failed: 'The library could not be deleted. It is still there.',
} as const;

export const TROUBLE = {
  blockedTitle: 'Commonplace cannot open here',
  crashedTitle: 'The app stopped',
  crashedText: 'What was saved is safe. Reload the page and unlock your library again.',
  unreadableTitle: 'This library cannot be read',
  reload: 'Reload',
  openOwnTab: 'Open in its own tab',
  details: 'Details',
} as const;
