import type { SourceDocument } from '../../domain/document.ts';
import { recordIdOf } from '../../domain/ids.ts';
import type { SegmentId } from '../../domain/ids.ts';
import type { Searcher, SegmentLoad } from '../../platform/compute/ports.ts';
import { decodeRecord } from '../../platform/storage/json-record.ts';
import type { RecordStore } from '../../platform/storage/record-store.ts';
import { Library } from './library.ts';
import type { IdentityOf } from './library.ts';
import { EMPTY_MANIFEST, MANIFEST_ID } from './manifest.ts';
import type { Manifest, SegmentEntry, SegmentTable } from './manifest.ts';

/** Segments whose postings are read and decrypted together. */
const SEGMENTS_AT_A_TIME = 32;

export interface OpenedLibrary {
  readonly library: Library;
  /** Records that could not be opened: their documents or passages are left out, the rest works. */
  readonly damagedCount: number;
}

/** Brings a stored library back: documents, manifest, and the keyword index. Vectors come with `Library.useSpace`. */
export async function openLibrary(
  store: RecordStore,
  searcher: Searcher,
  identityOf: IdentityOf,
): Promise<OpenedLibrary> {
  const library = new Library(store, searcher, identityOf);
  let damagedCount = 0;
  const onDamaged = (): void => {
    damagedCount++;
  };
  const documents = await store.list('documents', onDamaged);
  for (const record of documents) library.state.putDocument(decodeRecord<SourceDocument>(record.value));

  const stored = await store.find('segments', MANIFEST_ID);
  const manifest = stored ? decodeRecord<Manifest>(stored) : EMPTY_MANIFEST;
  const loads: SegmentLoad[] = [];
  const tables = new Map<SegmentId, SegmentTable>();
  const kept: SegmentEntry[] = [];
  for (let first = 0; first < manifest.segments.length; first += SEGMENTS_AT_A_TIME) {
    const entries = manifest.segments.slice(first, first + SEGMENTS_AT_A_TIME);
    const [tableBytes, lexicalBytes] = await Promise.all([
      store.findMany(
        'segments',
        entries.map((entry) => recordIdOf(entry.segmentId)),
        onDamaged,
      ),
      store.findMany(
        'lexical',
        entries.map((entry) => entry.lexicalId),
        onDamaged,
      ),
    ]);
    for (const [index, entry] of entries.entries()) {
      const table = tableBytes[index];
      const lexical = lexicalBytes[index];
      if (!table || !lexical) continue;
      const columns = decodeRecord<SegmentTable>(table);
      tables.set(entry.segmentId, columns);
      kept.push(entry);
      const { chunkIds, documentIds } = columns;
      loads.push({ segmentId: entry.segmentId, chunkIds, documentIds, tombstones: entry.tombstones, lexical });
    }
  }
  library.state.apply({ ...manifest, segments: kept }, tables);
  markForReading(library);
  await searcher.replaceSegments([], loads);
  return { library, damagedCount };
}

/** The index is a cache: a document that lost passages with a damaged segment is read again from its kept bytes. */
function markForReading(library: Library): void {
  for (const document of library.state.documents.values()) {
    if (document.status !== 'searchable') continue;
    const { size } = library.state.chunksOfVersion(document.currentVersionId);
    if (size < document.chunkCount) {
      library.state.putDocument({ pendingVersionId: document.currentVersionId, ...document });
    }
  }
}
