import type { EnvelopeRejectedError } from '../../domain/errors.ts';
import type { RecordId } from '../../domain/ids.ts';

/**
 * The storage seam: named stores of opaque bytes under opaque 128-bit ids. Implementations: IndexedDB, memory,
 * and the encrypting decorator that wraps either. One contract test runs against all of them.
 */

/** Closed list; a store's position is its number in the envelope's AAD, so the order never changes. */
export const STORE_NAMES = [
  'meta',
  'documents',
  'versions',
  'sources',
  'texts',
  'segments',
  'chunks',
  'lexical',
  'vectors',
  'conversations',
  'messages',
  'settings',
  'secrets',
  'jobs',
] as const;
export type StoreName = (typeof STORE_NAMES)[number];

export type Write =
  | { readonly kind: 'put'; readonly store: StoreName; readonly id: RecordId; readonly value: Uint8Array }
  | { readonly kind: 'delete'; readonly store: StoreName; readonly id: RecordId };

export interface StoredRecord {
  readonly id: RecordId;
  readonly value: Uint8Array;
}

/** Told of a record that is there but is not what was sealed under this id. */
export type OnDamaged = (id: RecordId, error: EnvelopeRejectedError) => void;

export interface RecordStore {
  /** The value, or `undefined` if there is no such record. Throws `EnvelopeRejectedError` for a damaged one. */
  find(store: StoreName, id: RecordId): Promise<Uint8Array | undefined>;
  /**
   * As `find`, in the order of `ids`, in one transaction. Throws `EnvelopeRejectedError` at the first damaged
   * record; with `onDamaged`, calls it for each of them instead and leaves `undefined` in its place.
   */
  findMany(store: StoreName, ids: readonly RecordId[], onDamaged?: OnDamaged): Promise<(Uint8Array | undefined)[]>;
  listIds(store: StoreName): Promise<RecordId[]>;
  /**
   * All records of a store, in the order of their ids. Throws `EnvelopeRejectedError` at the first damaged one,
   * so that nothing goes missing unnoticed; with `onDamaged`, calls it for each of them and returns the rest.
   */
  list(store: StoreName, onDamaged?: OnDamaged): Promise<StoredRecord[]>;
  /**
   * All or nothing. Resolves only when the writes are durable (IndexedDB: the transaction's `complete` under
   * `durability: 'strict'`). Throws `StorageFullError` when the quota is spent, `StorageUnavailableError` when
   * the database cannot be had; in both cases nothing of the batch is stored.
   */
  commit(writes: readonly Write[]): Promise<void>;
  close(): void;
}
