import { InvalidInputError } from '../../domain/errors.ts';
import { recordIdOf } from '../../domain/ids.ts';
import type { SegmentId } from '../../domain/ids.ts';
import type { Searcher, SegmentLoad, VectorLoad } from '../../platform/compute/ports.ts';
import type { RecordStore } from '../../platform/storage/record-store.ts';
import type { VectorSpace } from './library.ts';
import type { Ailment } from './library-health.ts';
import type { SegmentEntry } from './manifest.ts';
import { segmentLoad } from './segment-writer.ts';
import { SegmentTable } from './segment-table.ts';

/** Chunks whose segments are read together: a few megabytes, which keeps disk, cipher and index busy at the same time. */
const CHUNKS_AT_A_TIME = 8192;
/**
 * Such batches on their way at once. More of them keep the disk busier: a library of a million chunks opens in a sixth less
 * time with eight, one of a hundred thousand in a little more.
 */
const BATCHES_AT_ONCE = { few: 4, many: 8 };
const MANY_BATCHES = 32;

export interface IndexSource {
  readonly store: RecordStore;
  readonly searcher: Searcher;
}

export type OnAilment = (ailment: Ailment) => void;

/**
 * Brings tables, postings and compact codes of segments into memory and into the search index. A segment that cannot be
 * used is left out of the index, and reported; one whose codes cannot is searched by words.
 */
export async function loadIndex(
  { store, searcher }: IndexSource,
  entries: readonly SegmentEntry[],
  modelKey: string | undefined,
  onAilment: OnAilment,
): Promise<Map<SegmentId, SegmentTable>> {
  const tables = new Map<SegmentId, SegmentTable>();
  await inBatches(entries, async (batch) => {
    const read = async (): Promise<SegmentLoad[]> => {
      const { loads, tables: found } = await readBatch(store, batch, modelKey, onAilment);
      for (const [segmentId, table] of found) tables.set(segmentId, table);
      return loads;
    };
    try {
      await searcher.replaceSegments([], await read());
    } catch (error) {
      if (!(error instanceof InvalidInputError)) throw error;
      // One of them is not what it should be. The bytes have gone to the index: read again, one by one.
      for (const entry of batch) await loadOne({ store, searcher }, entry, modelKey, onAilment);
    }
  });
  return tables;
}

/** Gives loaded segments their codes of another space. */
export async function loadCodes(
  store: RecordStore,
  searcher: Searcher,
  entries: readonly SegmentEntry[],
  space: VectorSpace,
  onLost: (segmentId: SegmentId) => void,
): Promise<void> {
  const embedded = entries.filter((entry) => entry.vectors[space.modelKey]);
  await inBatches(embedded, async (batch) => {
    const found = await readCodes(store, batch, space.modelKey);
    for (const { segmentId } of batch) {
      const load = found.get(segmentId);
      if (!load || !(await isTaken(searcher.setVectors(segmentId, load)))) onLost(segmentId);
    }
  });
}

/** As `loadIndex` for one segment, finding out which part of it is at fault. Returns its table where that can be read. */
export async function loadOne(
  { store, searcher }: IndexSource,
  entry: SegmentEntry,
  modelKey: string | undefined,
  onAilment: OnAilment,
): Promise<SegmentTable | undefined> {
  const { segmentId } = entry;
  const { loads, tables } = await readBatch(store, [entry], modelKey, onAilment);
  const [load] = loads;
  if (load) {
    const { vectors, ...words } = load;
    if (!(await isTaken(searcher.addSegment(words)))) onAilment(setAside(segmentId));
    else if (vectors && !(await isTaken(searcher.setVectors(segmentId, vectors)))) {
      onAilment({ segmentId, part: 'vectors', reason: 'damaged' });
    }
  }
  return tables.get(segmentId);
}

async function readBatch(
  store: RecordStore,
  batch: readonly SegmentEntry[],
  modelKey: string | undefined,
  onAilment: OnAilment,
): Promise<{ readonly loads: SegmentLoad[]; readonly tables: Map<SegmentId, SegmentTable> }> {
  const segmentIds = batch.map((entry) => entry.segmentId);
  const lexicalIds = batch.map((entry) => entry.lexicalId);
  const [tableBytes, lexicals, codes] = await Promise.all([
    store.findMany('segments', segmentIds.map(recordIdOf), leaveOut),
    store.findMany('lexical', lexicalIds, leaveOut),
    modelKey === undefined ? new Map<SegmentId, VectorLoad>() : readCodes(store, batch, modelKey),
  ]);
  const tables = new Map<SegmentId, SegmentTable>();
  const loads: SegmentLoad[] = [];
  for (const [index, entry] of batch.entries()) {
    const { segmentId, chunkCount, tombstones } = entry;
    const table = decodeTable(tableBytes[index], chunkCount);
    const lexical = lexicals[index];
    if (table) tables.set(segmentId, table);
    const vectors = codes.get(segmentId);
    if (modelKey !== undefined && entry.vectors[modelKey] && !vectors) {
      onAilment({ segmentId, part: 'vectors', reason: 'damaged' });
    }
    if (table && lexical) {
      loads.push({ ...segmentLoad(segmentId, table, tombstones, lexical, vectors), isKnownApart: true });
    } else onAilment(setAside(segmentId));
  }
  return { loads, tables };
}

async function readCodes(
  store: RecordStore,
  batch: readonly SegmentEntry[],
  modelKey: string,
): Promise<Map<SegmentId, VectorLoad>> {
  const wanted = batch.flatMap(({ segmentId, vectors }) => {
    const entry = vectors[modelKey];
    return entry ? [{ segmentId, ...entry }] : [];
  });
  const codesIds = wanted.map((entry) => entry.codesId);
  const found = await store.findMany('vectors', codesIds, leaveOut);
  const loads = new Map<SegmentId, VectorLoad>();
  for (const [index, { segmentId, dimensions }] of wanted.entries()) {
    const codes = found[index];
    if (codes) loads.set(segmentId, { modelKey, dimensions, codes });
  }
  return loads;
}

function setAside(segmentId: SegmentId): Ailment {
  return { segmentId, part: 'index', reason: 'damaged', isSetAside: true };
}

function decodeTable(bytes: Uint8Array | undefined, chunkCount: number): SegmentTable | undefined {
  if (!bytes) return undefined;
  try {
    const table = SegmentTable.decode(bytes);
    return table.chunkCount === chunkCount ? table : undefined;
  } catch (error) {
    if (error instanceof InvalidInputError || error instanceof SyntaxError) return undefined;
    throw error;
  }
}

/** Whether the index took what it was given; false when that was not what it should be. */
async function isTaken(taking: Promise<void>): Promise<boolean> {
  try {
    await taking;
    return true;
  } catch (error) {
    if (error instanceof InvalidInputError) return false;
    throw error;
  }
}

/** A damaged record reads as one that is missing: what it leaves out is reported where it is missed. */
const leaveOut = (): void => undefined;

async function inBatches(
  entries: readonly SegmentEntry[],
  work: (batch: readonly SegmentEntry[]) => Promise<void>,
): Promise<void> {
  const batches = batchesOf(entries);
  const next = batches.values();
  const lane = async (): Promise<void> => {
    for (const batch of next) await work(batch);
  };
  const atOnce = batches.length < MANY_BATCHES ? BATCHES_AT_ONCE.few : BATCHES_AT_ONCE.many;
  await Promise.all(Array.from({ length: atOnce }, lane));
}

function batchesOf(entries: readonly SegmentEntry[]): SegmentEntry[][] {
  const batches: SegmentEntry[][] = [];
  let count = CHUNKS_AT_A_TIME;
  for (const entry of entries) {
    if (count + entry.chunkCount > CHUNKS_AT_A_TIME) {
      batches.push([]);
      count = 0;
    }
    batches.at(-1)?.push(entry);
    count += entry.chunkCount;
  }
  return batches;
}
