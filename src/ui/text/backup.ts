import { count, date, number, size } from './format.ts';

/** Everything said of backups. */
export const BACKUP = {
  title: 'Backup',
  intro:
    'One encrypted file with everything in your library but API keys. It opens with today’s passphrase or recovery code, here or on another device.',
  make: 'Back up now',
  making: 'Backing up',
  verifying: 'Reading the backup back to check it…',
  none: 'There is no backup yet. If this device is lost, or its browser is cleared, your library is gone.',
  last: (time: number, now: number): string => `The last backup was made ${ago(time, now)}, on ${date(time)}.`,
  done: (sizeBytes: number, records: number): string =>
    `The backup is complete and was read back: ${size(sizeBytes)}, ${count(records, 'record', 'records')}. Keep it on another disk.`,
  damaged: (n: number): string =>
    `${count(n, 'record of your library is', 'records of your library are')} damaged and not in it.`,
  noneShort: 'No backup yet',
  age: (when: string): string => `Backed up ${when}`,
  failed: 'The backup could not be made. Your library is as it was.',
  cancel: 'Stop',
  fileName: (time: number): string => `commonplace-${new Date(time).toISOString().slice(0, 10)}.kvx`,
  fileType: 'Commonplace backup',
  remind: 'Your library has no backup of this week.',
  remindAction: 'Back up',
} as const;

export const RESTORE = {
  open: 'Restore a backup…',
  title: 'Restore a backup',
  text: 'It is read and checked beside what is on this device. Nothing changes until you say so.',
  pick: 'Choose the backup file',
  madeOn: (time: number, sizeBytes: number): string => `Made on ${date(time)}, ${size(sizeBytes)}.`,
  passphrase: 'Passphrase of that time',
  read: 'Read it',
  reading: 'Reading and checking',
  wrong: 'That does not open this backup. A backup opens with the passphrase the library had when it was made.',
  holds: (documents: number, conversations: number): string =>
    `The backup is whole. It holds ${count(documents, 'document', 'documents')} and ${count(conversations, 'conversation', 'conversations')}.`,
  onlyInBackup: 'Would come back',
  onlyHere: 'Would be gone, being only in the library on this device',
  changed: 'Would be as they were then',
  unchanged: (n: number): string => `${count(n, 'document is', 'documents are')} the same in both.`,
  more: (n: number): string => `and ${number(n)} more`,
  replaces:
    'The library on this device is deleted and this one takes its place. Conversations and settings come from the backup as well.',
  place: 'Put it in place',
  replace: 'Replace my library',
  failed: 'The backup could not be restored. What is on this device is as it was.',
  notDropped: 'What was read of the backup is still on this device, encrypted. The next restore deletes it.',
  cancel: 'Cancel',
} as const;

export const DAY_MS = 86_400_000;

/** How long ago, in whole days; a clock that was set back gives today. */
export function ago(time: number, now: number): string {
  const days = Math.max(0, Math.floor((now - time) / DAY_MS));
  if (days === 0) return 'today';
  return days === 1 ? 'yesterday' : `${number(days)} days ago`;
}

/** Whether a library should be backed up again. */
export function isBackupDue(lastBackupAt: number | undefined, now: number): boolean {
  return lastBackupAt === undefined || now - lastBackupAt > 7 * DAY_MS;
}
