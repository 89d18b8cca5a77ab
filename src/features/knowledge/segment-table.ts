import type { Chunk } from '../../domain/chunk.ts';
import type { ChunkId, ContentIdentity, DocumentId, VersionId } from '../../domain/ids.ts';
import { IdColumn, idBytesOf } from '../../engine/id-column.ts';
import { asUint32, damagedSegment, readSegment, writeSegment, type SegmentKind } from '../../engine/segment-bytes.ts';
import { decodeRecord } from '../../platform/storage/json-record.ts';

const KIND: SegmentKind = { magic: 'CPTB', version: 1, headerWords: 3, sections: 7 };

/**
 * What is known of a segment's chunks without reading their texts: columns of fixed width in ordinal order, used where
 * they lie. Documents and versions are named once; each chunk has their places.
 *
 *   chunk ids (16 bytes each) · document ids (16) · place of each chunk's document (u32) · version ids (16) ·
 *   place of each chunk's version (u32) · position in its version (u32) · identities (16)
 */
export class SegmentTable {
  readonly chunkCount: number;
  readonly chunkColumn: IdColumn<ChunkId>;
  readonly documentColumn: IdColumn<DocumentId>;
  readonly documentPlaces: Uint32Array;
  readonly versionColumn: IdColumn<VersionId>;
  readonly versionPlaces: Uint32Array;
  readonly positions: Uint32Array;
  readonly identityColumn: IdColumn<ContentIdentity>;

  private constructor(sections: readonly Uint8Array[]) {
    const [chunkIds, documentIds, documentPlaces, versionIds, versionPlaces, positions, identities] = sections;
    this.chunkColumn = new IdColumn(chunkIds ?? NOTHING);
    this.documentColumn = new IdColumn(documentIds ?? NOTHING);
    this.documentPlaces = asUint32(documentPlaces ?? NOTHING);
    this.versionColumn = new IdColumn(versionIds ?? NOTHING);
    this.versionPlaces = asUint32(versionPlaces ?? NOTHING);
    this.positions = asUint32(positions ?? NOTHING);
    this.identityColumn = new IdColumn(identities ?? NOTHING);
    this.chunkCount = this.chunkColumn.length;
    const hasWholeColumns = [this.documentPlaces, this.versionPlaces, this.positions, this.identityColumn].every(
      (column) => column.length === this.chunkCount,
    );
    const isBelow = (places: Uint32Array, limit: number): boolean => places.every((place) => place < limit);
    if (
      !hasWholeColumns ||
      !isBelow(this.documentPlaces, this.documentColumn.length) ||
      !isBelow(this.versionPlaces, this.versionColumn.length)
    ) {
      throw damagedSegment('its table does not add up');
    }
  }

  static of(
    chunks: readonly Pick<Chunk, 'chunkId' | 'documentId' | 'versionId' | 'position' | 'identity'>[],
  ): SegmentTable {
    const documents = numbered(chunks.map((chunk) => chunk.documentId));
    const versions = numbered(chunks.map((chunk) => chunk.versionId));
    return new SegmentTable([
      idBytesOf(chunks.map((chunk) => chunk.chunkId)),
      idBytesOf(documents.ids),
      bytesOf(documents.places),
      idBytesOf(versions.ids),
      bytesOf(versions.places),
      bytesOf(Uint32Array.from(chunks, (chunk) => chunk.position)),
      idBytesOf(chunks.map((chunk) => chunk.identity)),
    ]);
  }

  /** Reads what `encode` wrote, or the JSON of the formats before it. Throws `InvalidInputError` on anything else. */
  static decode(bytes: Uint8Array): SegmentTable {
    if (bytes[0] === OPENING_BRACE) return fromJson(bytes);
    try {
      const sections = readSegment(KIND, bytes);
      return new SegmentTable(Array.from({ length: KIND.sections }, (_, index) => sections.section(index)));
    } catch (cause) {
      if (cause instanceof RangeError) throw damagedSegment('its table does not add up', cause);
      throw cause;
    }
  }

  encode(): Uint8Array {
    return writeSegment(
      KIND,
      [this.chunkCount, this.documentColumn.length, this.versionColumn.length],
      [
        this.chunkColumn.bytes,
        this.documentColumn.bytes,
        this.documentPlaces,
        this.versionColumn.bytes,
        this.versionPlaces,
        this.positions,
        this.identityColumn.bytes,
      ],
    );
  }

  /** Every chunk's id, as text. */
  get chunkIds(): ChunkId[] {
    return this.chunkColumn.toArray();
  }

  /** The documents that have chunks here, each once. */
  get documentIds(): DocumentId[] {
    return this.documentColumn.toArray();
  }

  /** The document of a chunk. */
  documentOf(ordinal: number): DocumentId {
    return this.documentColumn.at(this.documentPlaces[ordinal] ?? 0);
  }

  /** Ordinals of the chunks of the version that stands at `place` among the segment's versions, ascending. */
  ordinalsOfVersion(place: number): number[] {
    const ordinals: number[] = [];
    for (let at = this.versionPlaces.indexOf(place); at >= 0; at = this.versionPlaces.indexOf(place, at + 1)) {
      ordinals.push(at);
    }
    return ordinals;
  }
}

const NOTHING = new Uint8Array(0);
const OPENING_BRACE = 0x7b;

/** A table as the first two formats kept it. */
interface JsonTable {
  readonly chunkIds: readonly ChunkId[];
  readonly documentIds: readonly DocumentId[];
  readonly versionIds: readonly VersionId[];
  readonly positions: readonly number[];
  readonly identities: readonly ContentIdentity[];
}

function fromJson(bytes: Uint8Array): SegmentTable {
  const table = decodeRecord<JsonTable>(bytes);
  return SegmentTable.of(
    table.chunkIds.map((chunkId, ordinal) => {
      const documentId = table.documentIds[ordinal];
      const versionId = table.versionIds[ordinal];
      const identity = table.identities[ordinal];
      if (!documentId || !versionId || !identity) throw damagedSegment('its table does not add up');
      return { chunkId, documentId, versionId, identity, position: table.positions[ordinal] ?? 0 };
    }),
  );
}

function numbered<Id extends string>(ids: readonly Id[]): { readonly ids: Id[]; readonly places: Uint32Array } {
  const places = new Map<Id, number>();
  for (const id of ids) if (!places.has(id)) places.set(id, places.size);
  return { ids: [...places.keys()], places: Uint32Array.from(ids, (id) => places.get(id) ?? 0) };
}

function bytesOf(words: Uint32Array): Uint8Array {
  return new Uint8Array(words.buffer, words.byteOffset, words.byteLength);
}
