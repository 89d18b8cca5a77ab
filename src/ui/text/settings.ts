import type { SettingsSection } from '../router.svelte.ts';
import { count, duration, number, size } from './format.ts';

export const SECTION_TITLES: Readonly<Record<SettingsSection, string>> = {
  answers: 'Answers',
  search: 'Search',
  appearance: 'Appearance',
  privacy: 'Privacy and storage',
  about: 'About',
};

export const SETTINGS = {
  title: 'Settings',
  sections: 'Sections of the settings',
  saved: 'Saved.',
  cancel: 'Cancel',
  more: 'More',
  failed: 'The change was not saved. What was in force before still is.',
} as const;

export const ANSWERS = {
  intro:
    'Without a provider, answers are the best sentences of your own files, quoted and cited. With one, a language model writes the answer from those passages.',
  inForce: 'In use',
  noneYet: 'No provider is set. Answers quote your files.',
  needsLastingLibrary:
    'To set a provider, create a library that is kept on this device. This one is in memory only, and putting a new address in force reloads the page, which would lose it.',
  choose: 'Provider',
  onYourComputer: 'On your computer',
  address: 'Address',
  addressHint: 'Of an endpoint that speaks OpenAI’s protocol.',
  key: 'API key',
  keyHint: 'Encrypted in your library and sent to this address only.',
  keyKept: 'A key is kept for this address. Leave the field empty to go on using it.',
  keyLink: 'Get a key',
  programLink: 'Get the program',
  showKey: 'Show the key',
  hideKey: 'Hide the key',
  model: 'Model',
  modelHint: 'Choose from the list or type a name.',
  modelMissing: 'Name the model that shall write the answers.',
  fetchModels: 'Fetch the list',
  temperature: 'Temperature',
  temperatureHint: 'Low keeps to the passages; high varies the wording.',
  maxOutput: 'Longest answer, in tokens',
  timeout: 'Give up after seconds without a word',
  save: 'Save',
  saveAndReload: 'Save, lock and reload',
  remove: 'Remove this provider',
  removed: 'Removed. Answers quote your files.',
  test: 'Test connection',
  testing: 'Testing…',
  works: (latencyMs: number, models: number): string =>
    `It works. The provider answered in ${Math.round(latencyMs)} ms${models > 0 ? ` and offers ${count(models, 'model', 'models')}` : ''}.`,
  commandLabel: 'Run this, then test again:',
  beforeLocal: 'Before the first test',
  leavesDevice: 'What leaves this device',
  checked: (note: string, day: string): string => `${note} (Checked on ${day}.)`,
} as const;

/** What saving does to the network policy. */
export function reloadText(host: string): string {
  return `Commonplace will be allowed to talk to ${host} and nothing else. It locks and reloads to put this in force.`;
}

export const SEARCH = {
  meaning: 'Search by meaning',
  meaningIntro:
    'A small model turns each passage into numbers, on this device. Searching by words always works, with or without it.',
  wordsOnly: 'Words only',
  wordsOnlyDetail: 'No model. Finds the words you type.',
  active: 'In use',
  english: 'English',
  multilingual: 'Many languages',
  fromSite: 'Comes with this site',
  fromFolder: 'From your folder',
  downloaded: (host: string): string => `Downloaded from ${host}`,
  toDownload: (host: string): string => `Downloads from ${host}`,
  gains: {
    words: 'Knows which words are related, and is fast.',
    sentences: 'Reads whole sentences: finds more of what is said in other words, and takes longer.',
    languages: 'Reads whole sentences in many languages: a question in one finds passages in another. Takes longer.',
  },
  cost: (passages: number, ms: number | undefined, isMeasured: boolean, bytes: number): string => {
    const about =
      ms === undefined ? '' : ` about ${duration(ms)}${isMeasured ? ', as measured on this device,' : ''} and`;
    return `For your ${count(passages, 'passage', 'passages')} it needs${about} ${size(bytes)} of memory.`;
  },
  useBuiltIn: (label: string): string => `Use ${label}`,
  moveText:
    'Your library is read by it in the background, on this device. Until that is done, the model in use goes on answering, and you can add files and ask as always.',
  pick: 'Use files from a folder',
  consentTitle: 'Download this model?',
  consentText: (label: string, sizeBytes: number, host: string): string =>
    `${label}, ${size(sizeBytes)}, from ${host}. That site learns your network address and which model you fetch, and nothing about your files. The model is kept for use offline.`,
  consent: 'Download',
  retrieval: 'How much to look at',
  presets: { fast: 'Fast', balanced: 'Balanced', thorough: 'Thorough', own: 'Your own' },
  presetDetails: {
    fast: 'Few passages, quick answers.',
    balanced: 'The default.',
    thorough: 'More passages, more context, slower and dearer with a provider.',
  },
  passages: 'Passages per answer',
  diversity: 'Variety among passages',
  diversityHint: 'Higher avoids passages that say the same.',
  contextTokens: 'Tokens of passages per answer',
  secondLook: 'Second look',
  secondLookIntro:
    'When you ask, a further model can read each passage together with your question and put them in order again. It runs on this device and takes a second or more. What it gains has not been measured here. Where its files cannot be had, the order stays as it was and the answer says so.',
  secondLookOff: 'Off',
  secondLookLoading: (label: string): string => `${label} is being loaded…`,
  secondLookReady: (label: string): string => `${label}: ready. It looks again at what the next question finds.`,
  secondLookCost:
    'Each question then takes a second or more longer. Your library is not read anew, and you can switch it off at any time.',
  chunking: 'How files are cut',
  chunkingNote: 'For files read from now on. Files already in the library stay as they are until they change.',
  chunkTokens: 'Longest passage, in tokens',
  overlapTokens: 'Overlap, in tokens',
  changed: 'Saved. It counts from the next question on.',
  folderTaken: 'The model’s files are stored. It is being put to use.',
  states: {
    none: 'No model in use: search works by words.',
    loading: 'The model is being loaded…',
    switching: (label: string, done: number, total: number, remainingMs: number | undefined): string =>
      `Moving to ${label}: ${number(done)} of ${count(total, 'passage', 'passages')} read${
        remainingMs === undefined || done >= total ? '' : `, about ${duration(remainingMs)} left`
      }. Until it is done, the model in use goes on answering.`,
    ready: (label: string, device: 'wasm' | 'webgpu', threads: number): string =>
      device === 'webgpu'
        ? `${label}: ready, on the graphics processor.`
        : `${label}: ready, on ${count(threads, 'processor thread', 'processor threads')}.`,
  },
} as const;

export const APPEARANCE = {
  theme: 'Theme',
  themes: { system: 'As the system', light: 'Light', dark: 'Dark' },
  textSize: 'Text size',
  textSizes: { small: 'Small', normal: 'Normal', large: 'Large', larger: 'Larger' },
  sample: 'The quick answer stands in the margin; the long one, three pages on.',
} as const;

export const LOCK = {
  changePassphrase: 'Change the passphrase',
  changeText:
    'Nothing but the lock is written anew. Older backups, and copies of this device, still open with the old passphrase.',
  currentPassphrase: 'Passphrase of now',
  newPassphrase: 'New passphrase',
  change: 'Change it',
  changed: 'The passphrase is changed. It is asked for the next time you unlock.',
  renewCode: 'Make a new recovery code',
  renewText:
    'For when the code was lost or seen. The old one then opens this library no more; older backups it still opens.',
  renew: 'Make it',
  renewed: 'This is the recovery code from now on. It is shown only now and stored nowhere.',
  kept: 'I have kept it',
  failed: 'The lock was not changed. What opened your library before still does.',
} as const;

export const PRIVACY = {
  locked: 'Locked: nobody with your disk can read your library without your passphrase or recovery code.',
  lockNow: 'Lock now',
  autoLock: 'Lock by itself after',
  autoLockChoices: [
    { value: 1, label: '1 minute without use' },
    { value: 5, label: '5 minutes without use' },
    { value: 15, label: '15 minutes without use' },
    { value: 60, label: '1 hour without use' },
    { value: 0, label: 'Never' },
  ],
  storage: 'Storage on this device',
  used: (used: number, quota: number): string => `About ${size(used)} used of ${size(quota)} that the browser allows.`,
  persistent: 'The browser keeps your library until you delete it.',
  bestEffort: 'The browser may clear your library when the device runs out of room.',
  persist: 'Ask the browser to keep it',
  persistRefused: 'The browser did not agree. Installing the app, or using it often, usually changes that.',
  memory: 'This library is kept in memory only and is gone when you close this tab.',
  delete: 'Delete this library',
  deleteText: 'Removes everything that Commonplace keeps on this device.',
  deleteButton: 'Delete the library…',
  sampleText: 'This is the sample. It is kept in memory and gone when you leave it.',
} as const;

export const ABOUT = {
  version: (version: string): string => `Version ${version}`,
  install: 'Install as an app',
  installText: 'It gets a window of its own, opens offline, and browsers are less likely to clear its storage.',
  licence: 'Free software under the Apache License 2.0.',
  licences: 'Licences of the parts it is built from',
  promisesTitle: 'What is promised',
  promises: [
    'Everything kept on this device is encrypted: texts, file names, the search index, conversations and your API key.',
    'Nothing is sent anywhere but what you send to the provider you set. Without one, nothing leaves this device.',
    'Every claim in an answer shows the passage it rests on. Where your library does not say, the answer says so.',
  ],
  limitsTitle: 'What cannot be promised',
  limits: [
    'If this site’s owner is hacked, you are not protected. You can run your own copy.',
    'While the library is open, programs and browser extensions with access to this page can read it.',
    'A language model can misread a passage, and a text in your library can try to mislead it. Open the citations that matter.',
    'Without the passphrase or the recovery code nobody can open your library, we included.',
  ],
} as const;

export const LOCAL_SERVER = {
  system: 'System of this computer',
} as const;
