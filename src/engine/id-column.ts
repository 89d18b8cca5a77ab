import { idFromBytes, idToBytes, type AnyId } from '../domain/ids.ts';

/** Bytes of an id. */
export const ID_BYTES = 16;

/** Ids as 16 bytes each, one after another: they cross threads without a copy and become text only where it is asked for. */
export class IdColumn<Id extends AnyId> {
  readonly bytes: Uint8Array;
  readonly length: number;

  /** Throws a `RangeError` unless `bytes` holds whole ids. */
  constructor(bytes: Uint8Array) {
    if (bytes.length % ID_BYTES !== 0) throw new RangeError('A column of ids is made of 16 bytes for each.');
    this.bytes = bytes;
    this.length = bytes.length / ID_BYTES;
  }

  static of<Id extends AnyId>(ids: readonly Id[] | Uint8Array): IdColumn<Id> {
    return new IdColumn<Id>(ids instanceof Uint8Array ? ids : idBytesOf(ids));
  }

  /** Throws a `RangeError` where there is none. */
  at(index: number): Id {
    return idFromBytes<Id>(this.bytes.subarray(index * ID_BYTES, (index + 1) * ID_BYTES));
  }

  bytesAt(index: number): Uint8Array {
    return this.bytes.subarray(index * ID_BYTES, (index + 1) * ID_BYTES);
  }

  toArray(): Id[] {
    return Array.from({ length: this.length }, (_, index) => this.at(index));
  }

  /** Whether the id here is `id`, given as bytes. */
  isAt(index: number, id: Uint8Array): boolean {
    const start = index * ID_BYTES;
    for (let i = 0; i < ID_BYTES; i++) if (this.bytes[start + i] !== id[i]) return false;
    return true;
  }

  /** The first place of `id`, given as bytes, from `from` on; -1 if there is none. */
  indexOf(id: Uint8Array, from: number): number {
    const { words } = this;
    const first = ((id[0] ?? 0) | ((id[1] ?? 0) << 8) | ((id[2] ?? 0) << 16) | ((id[3] ?? 0) << 24)) >>> 0;
    for (let index = from; index < this.length; index++) {
      if (words !== undefined && words[index * 4] !== first) continue;
      if (this.isAt(index, id)) return index;
    }
    return -1;
  }

  /** Below 0 where the id here comes before the other one; the order is that of the ids as text. */
  compare(index: number, other: IdColumn<Id>, otherIndex: number): number {
    const start = index * ID_BYTES;
    const otherStart = otherIndex * ID_BYTES;
    for (let i = 0; i < ID_BYTES; i++) {
      const difference = (this.bytes[start + i] ?? 0) - (other.bytes[otherStart + i] ?? 0);
      if (difference !== 0) return difference;
    }
    return 0;
  }

  /** The bytes as words, in little-endian order as on every platform that runs this; absent where they lie askew. */
  get words(): Uint32Array | undefined {
    const { buffer, byteOffset, byteLength } = this.bytes;
    return byteOffset % 4 === 0 ? new Uint32Array(buffer, byteOffset, byteLength / 4) : undefined;
  }
}

/** Ids as the bytes of a column. */
export function idBytesOf(ids: readonly AnyId[]): Uint8Array {
  const bytes = new Uint8Array(ids.length * ID_BYTES);
  for (const [index, id] of ids.entries()) bytes.set(idToBytes(id), index * ID_BYTES);
  return bytes;
}
