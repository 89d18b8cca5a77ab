import type { ChunkId, ContentIdentity, DocumentId, RecordId, SegmentId, VersionId } from '../../domain/ids.ts';

/**
 * The manifest names the segments that make up the library now. It is one record, swapped in the same commit that
 * writes new segments: a crash leaves the old library or the new one, never a mix.
 */
export interface Manifest {
  readonly format: 2;
  /** Grows by one with every commit. */
  readonly generation: number;
  readonly segments: readonly SegmentEntry[];
}

export interface SegmentEntry {
  /** Also the id of the segment's table in the store `segments`. */
  readonly segmentId: SegmentId;
  readonly chunkCount: number;
  /** The chunks' texts, in ordinal order, a few dozen to a record so that one passage costs one small decryption. */
  readonly blocks: readonly ChunkBlockEntry[];
  readonly lexicalId: RecordId;
  readonly vectors: Readonly<Record<string, VectorEntry>>;
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

/** What is known of a segment's chunks without reading their texts; columns in ordinal order. */
export interface SegmentTable {
  readonly chunkIds: readonly ChunkId[];
  readonly documentIds: readonly DocumentId[];
  readonly versionIds: readonly VersionId[];
  readonly positions: readonly number[];
  readonly identities: readonly ContentIdentity[];
}

/** Fixed id of the manifest, in the store `segments`. Every other id there is random. */
export const MANIFEST_ID = '00000000000000000000000000000000' as RecordId;

export const EMPTY_MANIFEST: Manifest = { format: 2, generation: 0, segments: [] };

/** Chunks in a fresh segment at most: a few seconds of embedding, so that little is lost when the tab dies. */
export const FRESH_SEGMENT_CHUNKS = 128;
/** Chunks in a segment that compaction made. */
export const MERGED_SEGMENT_CHUNKS = 1024;
/** Texts of one block, in UTF-16 code units, before a new one is begun. */
export const BLOCK_TEXT_LENGTH = 48 * 1024;
