import type { SourceDocument } from '../../../domain/document.ts';
import type { FileProgress } from '../../state/import-progress.ts';

export const SORT_ORDERS = ['newest', 'name', 'largest', 'attention'] as const;
export type SortOrder = (typeof SORT_ORDERS)[number];

/** One line of the library: a document, a file on its way to become one, or both. */
export interface LibraryRow {
  readonly path: string;
  readonly document?: SourceDocument;
  readonly progress?: FileProgress;
}

/** Documents, and before them the files of the running import that are none yet. */
export function joinRows(documents: readonly SourceDocument[], files: readonly FileProgress[]): readonly LibraryRow[] {
  const byPath = new Map(files.map((file) => [file.path, file]));
  const rows: LibraryRow[] = documents.map((document) => {
    const progress = byPath.get(document.path);
    byPath.delete(document.path);
    return progress === undefined ? { path: document.path, document } : { path: document.path, document, progress };
  });
  const coming = [...byPath.values()].filter((file) => file.type !== 'cancelled' && file.type !== 'unchanged');
  return [...coming.map((progress) => ({ path: progress.path, progress })), ...rows];
}

/** Rows whose title, path or tags contain every word typed, in the chosen order. */
export function arrangeRows(rows: readonly LibraryRow[], filter: string, order: SortOrder): readonly LibraryRow[] {
  const words = filter.toLowerCase().split(/\s+/).filter(Boolean);
  const kept = rows.filter((row) => {
    const text = `${row.document?.title ?? ''}\n${row.path}\n${row.document?.tags.join('\n') ?? ''}`.toLowerCase();
    return words.every((word) => text.includes(word));
  });
  const compare = COMPARE[order];
  return kept.sort((a, b) => Number(isNew(b)) - Number(isNew(a)) || compare(a, b));
}

/** Files on their way in, and those that did not make it, come before what is in the library. */
function isNew({ document }: LibraryRow): boolean {
  return document === undefined;
}

export function needsAttention({ document, progress }: LibraryRow): boolean {
  return progress?.type === 'failed' || document?.problem !== undefined || (document?.warnings.length ?? 0) > 0;
}

const names = new Intl.Collator('en', { numeric: true, sensitivity: 'base' });
const byName = (a: LibraryRow, b: LibraryRow): number =>
  names.compare(a.document?.title ?? a.path, b.document?.title ?? b.path);

const COMPARE: Readonly<Record<SortOrder, (a: LibraryRow, b: LibraryRow) => number>> = {
  newest: (a, b) => (b.document?.updatedAt ?? 0) - (a.document?.updatedAt ?? 0) || byName(a, b),
  name: byName,
  largest: (a, b) => (b.document?.sizeBytes ?? 0) - (a.document?.sizeBytes ?? 0) || byName(a, b),
  attention: (a, b) => Number(needsAttention(b)) - Number(needsAttention(a)) || byName(a, b),
};
