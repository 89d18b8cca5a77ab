import type { DocumentFormat } from '../../domain/extracted.ts';
import type { IngestEvent } from '../../domain/ingest-event.ts';
import type { ImportSummary } from '../state/import-progress.ts';
import { count, duration, number } from './format.ts';

export const LIBRARY = {
  title: 'Library',
  filter: 'Filter files',
  filterLabel: 'Filter files',
  clearFilter: 'Clear the filter',
  sort: 'Sort by',
  sortName: 'Name',
  sortNewest: 'Newest first',
  sortLargest: 'Largest first',
  sortStatus: 'Needs attention first',
  addFiles: 'Add files',
  addFolder: 'Add a folder',
  emptyTitle: 'Nothing here yet',
  emptyText:
    'Drop files or a whole folder anywhere on this window, or pick them. Notes, PDFs, Word files, web pages, tables, JSON and YAML are read. Everything stays on this device, encrypted.',
  noMatchTitle: 'No file matches',
  columnName: 'Name',
  open: 'Open',
  delete: 'Delete',
  deleteTitle: 'Delete this file from the library?',
  deleteText:
    'The copy in your library goes, with everything read from it. The original on your disk is not touched. Answers that quote it keep their quotes.',
  cancel: 'Cancel',
  pause: 'Pause',
  continue: 'Continue',
  cancelImport: 'Cancel import',
  clearList: 'Clear this list',
  importing: 'Importing',
  paused: 'Paused',
  showFiles: 'Show each file',
  hideFiles: 'Hide each file',
  resumeImport: 'Continue the import',
  readingFolder: 'Looking through what you dropped…',
  nothingToTake: 'Nothing there can be read: hidden files and system folders are left out.',
  factPath: 'Path',
  factSize: 'Size',
  factPages: 'Pages',
  factPassages: 'Passages',
  factAdded: 'Added',
  factChanged: 'Changed',
  factTags: 'Tags',
  factState: 'State',
  detailsOf: (title: string): string => `Details of ${title}`,
  remaining: (ms: number): string => `about ${duration(ms)} left`,
} as const;

export function libraryMeta(documents: number, sizeText: string): string {
  return `${count(documents, 'file', 'files')}, ${sizeText}`;
}

export function unfinishedText(unfinished: number): string {
  return `${count(unfinished, 'file', 'files')} from an earlier import ${unfinished === 1 ? 'is' : 'are'} not finished.`;
}

export function embeddedText(embedded: number, chunks: number): string {
  return `${number(embedded)} of ${number(chunks)} passages can be found by meaning; all of them by words.`;
}

export function importProgressText(summary: ImportSummary): string {
  return `${number(summary.finished)} of ${count(summary.total, 'file', 'files')}`;
}

/** Said once, when an import ends. */
export function importFinished(summary: ImportSummary): string {
  const added = summary.finished - summary.failed - summary.unchanged;
  const parts = [`${count(added, 'file', 'files')} added`];
  if (summary.unchanged > 0) parts.push(`${number(summary.unchanged)} already there, unchanged`);
  if (summary.failed > 0) parts.push(`${number(summary.failed)} could not be read`);
  return `${parts.join('; ')}.`;
}

/** What one file is doing, in a few words. */
export function fileStateText(event: IngestEvent): string {
  switch (event.type) {
    case 'waiting':
    case 'staged':
      return 'Waiting';
    case 'reading':
      return `Reading ${event.unit} ${number(Math.min(event.done + 1, Math.max(1, event.total)))} of ${number(Math.max(1, event.total))}`;
    case 'searchable':
      return 'Found by words';
    case 'embedding':
      return `Embedding ${number(event.done)} of ${number(event.total)}`;
    case 'unchanged':
      return 'Already there, unchanged';
    case 'done':
      return 'Done';
    case 'failed':
      return event.problem.message;
    case 'cancelled':
      return 'Cancelled';
  }
}

export const STATUS_TEXT = {
  staged: 'Waiting to be read',
  searchable: 'Found by words; meaning to follow',
  ready: 'Ready',
  failed: 'Not readable',
} as const;

export function unreadableInDrop(unreadable: number): string {
  return `${count(unreadable, 'item', 'items')} in what you dropped could not be opened by the browser. The rest is being added. Check that you may read ${unreadable === 1 ? 'it' : 'them'} and drop ${unreadable === 1 ? 'it' : 'them'} again.`;
}

const FORMAT_NAMES: Readonly<Record<DocumentFormat, string>> = {
  markdown: 'MD',
  text: 'TXT',
  html: 'HTML',
  pdf: 'PDF',
  docx: 'DOCX',
  csv: 'CSV',
  json: 'JSON',
  yaml: 'YAML',
};

/** A few letters for a file's format: as it was read, else by its extension. */
export function formatName(format: DocumentFormat | undefined, path: string): string {
  if (format !== undefined) return FORMAT_NAMES[format];
  const extension = /\.([^./]{1,4})$/.exec(path)?.[1];
  return extension === undefined ? '' : extension.toUpperCase();
}
