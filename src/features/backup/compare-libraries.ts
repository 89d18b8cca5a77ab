import type { SourceDocument } from '../../domain/document.ts';
import { decodeRecord } from '../../platform/storage/json-record.ts';
import type { RecordStore } from '../../platform/storage/record-store.ts';

/** What would come, go and change if one library took another's place: titles of documents, each list in order. */
export interface LibraryDifference {
  readonly onlyInBackup: readonly string[];
  readonly onlyHere: readonly string[];
  readonly changed: readonly string[];
  readonly unchangedCount: number;
}

/** All documents of a vault; records that are damaged are left out. */
export async function documentsIn(store: RecordStore): Promise<SourceDocument[]> {
  const records = await store.list('documents', () => undefined);
  return records.map(({ value }) => decodeRecord<SourceDocument>(value));
}

/** Documents are told apart by their paths, and are unchanged while their content is. */
export function compareLibraries(
  backup: readonly SourceDocument[],
  here: readonly SourceDocument[],
): LibraryDifference {
  const hereByPath = new Map(here.map((document) => [document.path, document]));
  const backupPaths = new Set(backup.map(({ path }) => path));
  const changed: string[] = [];
  const onlyInBackup: string[] = [];
  let unchangedCount = 0;
  for (const document of backup) {
    const other = hereByPath.get(document.path);
    if (other === undefined) onlyInBackup.push(document.title);
    else if (other.currentVersionId === document.currentVersionId) unchangedCount++;
    else changed.push(document.title);
  }
  const onlyHere = here.filter(({ path }) => !backupPaths.has(path)).map(({ title }) => title);
  const sorted = (titles: string[]): string[] => titles.sort((a, b) => a.localeCompare(b));
  return { onlyInBackup: sorted(onlyInBackup), onlyHere: sorted(onlyHere), changed: sorted(changed), unchangedCount };
}
