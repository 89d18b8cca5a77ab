import { InvalidInputError } from '../../domain/errors.ts';
import type { RecordId, SegmentId } from '../../domain/ids.ts';
import { CHUNKER_VERSION } from '../../engine/chunking/chunk-document.ts';
import { WORDS_VERSION } from '../../engine/lexical/words-version.ts';
import { decodeRecord, encodeRecord } from '../../platform/storage/json-record.ts';

/**
 * The manifest names the segments that make up the library now. It is one record, swapped in the same commit that
 * writes new segments: a crash leaves the old library or the new one, never a mix.
 */
export interface Manifest {
  /** Grows by one with every commit. */
  readonly generation: number;
  readonly segments: readonly SegmentEntry[];
}

export interface SegmentEntry {
  /** Also the id of the segment's table in the store `segments`. */
  readonly segmentId: SegmentId;
  readonly chunkCount: number;
  /** The chunks' texts, in ordinal order, a dozen or two to a record so that one passage costs one small decryption. */
  readonly blocks: readonly ChunkBlockEntry[];
  readonly lexicalId: RecordId;
  /** What the postings were made by: see `INDEX_VERSION`. Others are made anew from the texts. */
  readonly indexVersion: string;
  readonly vectors: Readonly<Record<string, VectorEntry>>;
  /** Vectors as the first format kept them, still to be brought over. */
  readonly formerVectors?: Readonly<Record<string, FormerVectorEntry>>;
  /** Deleted ordinals, ascending. */
  readonly tombstones: readonly number[];
}

export interface ChunkBlockEntry {
  readonly blockId: RecordId;
  readonly firstOrdinal: number;
  readonly chunkCount: number;
}

/** Vectors of a segment under one model key. Incomplete: some chunks have none and are still to be embedded. */
export interface VectorEntry {
  /** Compact codes: in the index's memory from unlocking on. */
  readonly codesId: RecordId;
  /** The rows at higher precision. */
  readonly exactId: RecordId;
  readonly dimensions: number;
  readonly isComplete: boolean;
}

export interface FormerVectorEntry {
  readonly vectorsId: RecordId;
  readonly dimensions: number;
  readonly isComplete: boolean;
}

/** Fixed id of the manifest, in the store `segments`. Every other id there is random. */
export const MANIFEST_ID = '00000000000000000000000000000000' as RecordId;

export const EMPTY_MANIFEST: Manifest = { generation: 0, segments: [] };

/** Names what cuts and indexes texts: postings that another version made are rebuilt in the background. */
export const INDEX_VERSION = `chunker-${CHUNKER_VERSION}|words-${WORDS_VERSION}`;

/** Chunks in a fresh segment at most: a few seconds of embedding, so that little is lost when the tab dies. */
export const FRESH_SEGMENT_CHUNKS = 128;
/** Chunks in the segments that compaction makes of fresh ones, and in those that it makes of these: see `compactOnce`. */
export const MIDDLE_SEGMENT_CHUNKS = 1024;
export const MERGED_SEGMENT_CHUNKS = 8192;
/** Texts of one block, in UTF-16 code units, before a new one is begun. */
export const BLOCK_TEXT_LENGTH = 12 * 1024;

/**
 * Written since format 3, as JSON that a million chunks keep below two megabytes: the blocks of a segment are one text of
 * ids and one list of counts.
 */
interface StoredManifest {
  readonly format: 3;
  readonly generation: number;
  readonly segments: readonly StoredEntry[];
}

interface StoredEntry extends Omit<SegmentEntry, 'blocks'> {
  readonly blockIds: string;
  readonly blockCounts: readonly number[];
}

interface FormerManifest {
  readonly format: 1 | 2;
  readonly generation: number;
  readonly segments: readonly (Omit<SegmentEntry, 'vectors' | 'indexVersion' | 'formerVectors'> & {
    readonly vectors: Readonly<Record<string, VectorEntry | FormerVectorEntry>>;
  })[];
}

const ID_LENGTH = 32;

export function encodeManifest({ generation, segments }: Manifest): Uint8Array {
  const stored: StoredManifest = {
    format: 3,
    generation,
    segments: segments.map(({ blocks, ...entry }) => ({
      ...entry,
      blockIds: blocks.map((block) => block.blockId).join(''),
      blockCounts: blocks.map((block) => block.chunkCount),
    })),
  };
  return encodeRecord(stored);
}

/** Reads a manifest of this format and those before it. Throws `InvalidInputError` for one of a newer app. */
export function decodeManifest(bytes: Uint8Array): Manifest {
  const stored = decodeRecord<StoredManifest | FormerManifest>(bytes);
  const { generation } = stored;
  switch (stored.format) {
    case 3:
      return { generation, segments: stored.segments.map(entryOf) };
    case 1:
    case 2:
      return { generation, segments: stored.segments.map(broughtOver) };
    default:
      throw new InvalidInputError(
        'This library was last changed by a newer version of the app. Nothing was changed. Reload to get that version.',
      );
  }
}

function entryOf({ blockIds, blockCounts, ...entry }: StoredEntry): SegmentEntry {
  let firstOrdinal = 0;
  const blocks = blockCounts.map((chunkCount, index) => {
    const blockId = blockIds.slice(index * ID_LENGTH, (index + 1) * ID_LENGTH) as RecordId;
    const block = { blockId, firstOrdinal, chunkCount };
    firstOrdinal += chunkCount;
    return block;
  });
  return { ...entry, blocks };
}

/** The first two formats named no version of the index; the first kept all of a segment's vectors in one record. */
function broughtOver({ vectors, ...entry }: FormerManifest['segments'][number]): SegmentEntry {
  const kept: Record<string, VectorEntry> = {};
  const former: Record<string, FormerVectorEntry> = {};
  for (const [modelKey, vector] of Object.entries(vectors)) {
    if ('vectorsId' in vector) former[modelKey] = vector;
    else kept[modelKey] = vector;
  }
  return {
    ...entry,
    indexVersion: '',
    vectors: kept,
    ...(Object.keys(former).length > 0 && { formerVectors: former }),
  };
}
