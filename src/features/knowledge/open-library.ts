import type { SourceDocument } from '../../domain/document.ts';
import type { Searcher } from '../../platform/compute/ports.ts';
import { decodeRecord } from '../../platform/storage/json-record.ts';
import type { RecordStore } from '../../platform/storage/record-store.ts';
import { Library } from './library.ts';
import type { IdentityOf, LibraryOptions } from './library.ts';
import type { Ailment } from './library-health.ts';
import { loadIndex } from './load-index.ts';
import { decodeManifest, EMPTY_MANIFEST, INDEX_VERSION, MANIFEST_ID } from './manifest.ts';
import type { SegmentEntry } from './manifest.ts';
import { repairSegments } from './repair.ts';

export interface OpenOptions extends LibraryOptions {
  /** Whose compact codes come in with the postings: the model that will answer, or, unless given, the only one there is. */
  readonly modelKey?: string;
}

export interface OpenedLibrary {
  /** Found by words, and by meaning once the model is there. Documents follow: see `Library.whenWhole`. */
  readonly library: Library;
  /** Resolves when damaged and outdated parts have been made anew, as far as they can be; `library.health` tells. */
  readonly repaired: Promise<void>;
}

/**
 * Brings a stored library back: first what answers need (postings, tables, compact codes), then documents, and then, in the
 * background, whatever has to be made anew. Exact rows come with `Library.fillExact`.
 */
export async function openLibrary(
  store: RecordStore,
  searcher: Searcher,
  identityOf: IdentityOf,
  options: OpenOptions = {},
): Promise<OpenedLibrary> {
  const library = new Library(store, searcher, identityOf, options);
  const { signal = new AbortController().signal } = options;
  const stored = await store.find('segments', MANIFEST_ID);
  const manifest = stored ? decodeManifest(stored) : EMPTY_MANIFEST;
  const modelKey = options.modelKey ?? onlyKey(manifest.segments.map((entry) => Object.keys(entry.vectors)));
  const ailments: Ailment[] = [];
  const tables = await loadIndex({ store, searcher }, manifest.segments, modelKey, (ailment) => ailments.push(ailment));
  library.state.apply(manifest, tables);
  const outdated = new Set(manifest.segments.filter(isOutdated).map((entry) => entry.segmentId));
  for (const ailment of ailments) {
    if (ailment.part === 'vectors' && modelKey !== undefined) library.doubtVectors(ailment.segmentId, modelKey);
    else library.health.report(outdated.has(ailment.segmentId) ? { ...ailment, reason: 'outdated' } : ailment);
  }
  for (const segmentId of outdated) library.health.report({ segmentId, part: 'index', reason: 'outdated' });
  const whole = loadDocuments(store, library);
  library.becomesWhole(whole, modelKey);
  const repaired = whole.then(async () => {
    await library.state.indexInSlices(() => library.quiet.step());
    await repairSegments(library, { store, searcher }, { signal });
    markForReading(library);
    library.changed();
  });
  // Whoever waits for either is told of its failure; that nobody does is no failure of its own.
  void Promise.allSettled([whole, repaired]);
  return { library, repaired };
}

/** Documents taken in at once: what a question that comes meanwhile has to wait for. */
const DOCUMENTS_AT_A_TIME = 128;
/** Each reading waits for the disk, so that messages get their turn; a pause of its own costs milliseconds more. */
const READINGS_TO_A_PAUSE = 8;

async function loadDocuments(store: RecordStore, library: Library): Promise<void> {
  const { state, health } = library;
  const onDamaged = (): void => {
    health.reportRecord();
  };
  await library.quiet.wait();
  const ids = await store.listIds('documents');
  let readings = 0;
  for (let first = 0; first < ids.length; first += DOCUMENTS_AT_A_TIME) {
    if (++readings % READINGS_TO_A_PAUSE === 0 || !library.quiet.isStill) await library.quiet.step();
    const found = await store.findMany('documents', ids.slice(first, first + DOCUMENTS_AT_A_TIME), onDamaged);
    for (const bytes of found) {
      const document = bytes && decodeRecord<SourceDocument>(bytes);
      if (document && !state.documents.has(document.documentId)) state.putDocument(document);
    }
  }
  state.isWhole = true;
}

function isOutdated({ indexVersion, formerVectors }: SegmentEntry): boolean {
  return indexVersion !== INDEX_VERSION || formerVectors !== undefined;
}

/** The index is a cache: a document that lost passages with a damaged segment is read again from its kept bytes. */
export function markForReading(library: Library): void {
  const { state } = library;
  const searchable = [...state.documents.values()].filter((document) => document.status === 'searchable');
  // Nothing is missing, as almost always: no need to look for it document by document.
  if (searchable.reduce((sum, { chunkCount }) => sum + chunkCount, 0) <= state.liveChunkCount) return;
  for (const document of searchable) {
    if (document.pendingVersionId || state.chunksOfVersion(document.currentVersionId).size >= document.chunkCount)
      continue;
    state.putDocument({ ...document, pendingVersionId: document.currentVersionId });
  }
}

/** The one key that all name; `undefined` where there is none or more than one. */
function onlyKey(keys: readonly (readonly string[])[]): string | undefined {
  const [first, second] = new Set(keys.flat());
  return second === undefined ? first : undefined;
}
