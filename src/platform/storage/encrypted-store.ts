import { EnvelopeRejectedError, InvalidInputError } from '../../domain/errors.ts';
import type { RecordId } from '../../domain/ids.ts';
import { rejected } from '../crypto/envelope.ts';
import { HEADER_RECORD_ID } from '../crypto/vault-header.ts';
import type { VaultKeys } from '../crypto/vault-keys.ts';
import { STORE_NAMES, type OnDamaged, type RecordStore, type StoredRecord, type StoreName } from './record-store.ts';
import type { Write } from './record-store.ts';
import type { Packing } from './record-body.ts';
import { RecordVersions } from './record-versions.ts';
import { openRecord, sealRecord, versionOf, type RecordOwner } from './sealed-record.ts';

/**
 * The encrypting decorator: the same contract over any raw store, which then holds only sealed values under the ids
 * given (ids are random or keyed hashes already). Values are sealed before the raw store opens its transaction.
 * Commits reach the raw store in the order in which they were called; sealing runs ahead, in parallel.
 *
 * A record's version grows with each `put`, and a version lower than one this session has seen is refused. Noticing
 * an older record across sessions, or a dropped one, takes an authenticated manifest, which this layer has not.
 */
export class EncryptedStore implements RecordStore {
  readonly #raw: RecordStore;
  readonly #keys: VaultKeys;
  readonly #versions = new RecordVersions();
  #numbering: Promise<unknown> = Promise.resolve();
  #committing: Promise<unknown> = Promise.resolve();

  constructor(raw: RecordStore, keys: VaultKeys) {
    this.#raw = raw;
    this.#keys = keys;
  }

  async find(store: StoreName, id: RecordId): Promise<Uint8Array | undefined> {
    const [value] = await this.findMany(store, [id]);
    return value;
  }

  async findMany(
    store: StoreName,
    ids: readonly RecordId[],
    onDamaged?: OnDamaged,
  ): Promise<(Uint8Array | undefined)[]> {
    const floors = ids.map((id) => this.#versions.seen(store, id));
    const sealed = await this.#raw.findMany(store, ids);
    return Promise.all(
      ids.map(async (id, i) => {
        const bytes = sealed[i];
        if (bytes === undefined || isHeader(store, id)) return undefined;
        return this.#open(store, id, bytes, floors[i] ?? 0, onDamaged);
      }),
    );
  }

  async listIds(store: StoreName): Promise<RecordId[]> {
    const ids = await this.#raw.listIds(store);
    return ids.filter((id) => !isHeader(store, id));
  }

  async list(store: StoreName, onDamaged?: OnDamaged): Promise<StoredRecord[]> {
    const floors = this.#versions.snapshot(store);
    const sealed = await this.#raw.list(store);
    const records = await Promise.all(
      sealed.map(async ({ id, value: bytes }) => {
        if (isHeader(store, id)) return undefined;
        const value = await this.#open(store, id, bytes, floors.get(id) ?? 0, onDamaged);
        return value === undefined ? undefined : { id, value };
      }),
    );
    return records.filter((record) => record !== undefined);
  }

  async commit(writes: readonly Write[]): Promise<void> {
    if (writes.some((write) => isHeader(write.store, write.id))) {
      throw new InvalidInputError('This record is kept for the library’s lock. Nothing was written.');
    }
    const numbering = this.#numbering.then(() => this.#number(writes));
    this.#numbering = settled(numbering);
    const sealing = numbering.then((versions) => this.#seal(writes, versions));
    const earlier = this.#committing;
    const committing = sealing.then(async (sealed) => {
      await earlier;
      await this.#raw.commit(sealed);
    });
    this.#committing = Promise.all([earlier, settled(committing)]);
    await committing;
    const versions = await numbering;
    writes.forEach((write, i) => {
      if (write.kind === 'put') this.#versions.see(write.store, write.id, versions[i] ?? 0);
    });
  }

  close(): void {
    this.#raw.close();
  }

  async #open(
    store: StoreName,
    id: RecordId,
    sealed: Uint8Array,
    floor: number,
    onDamaged: OnDamaged | undefined,
  ): Promise<Uint8Array | undefined> {
    try {
      const { value, recordVersion } = await openRecord(
        await this.#keys.recordKey(store),
        this.#owner(store, id),
        sealed,
      );
      if (recordVersion < floor) throw rejected();
      this.#versions.see(store, id, recordVersion);
      return value;
    } catch (error) {
      if (onDamaged === undefined || !(error instanceof EnvelopeRejectedError)) throw error;
      onDamaged(id, error);
      return undefined;
    }
  }

  /** The version of each write: above every one this session knows or finds stored. A deletion has none. */
  async #number(writes: readonly Write[]): Promise<number[]> {
    for (const store of STORE_NAMES) {
      const unknown = new Set<RecordId>();
      for (const write of writes) {
        const isUnknown = write.store === store && write.kind === 'put' && !this.#versions.isKnown(store, write.id);
        if (isUnknown) unknown.add(write.id);
      }
      if (unknown.size === 0) continue;
      const ids = [...unknown];
      const stored = await this.#raw.findMany(store, ids);
      ids.forEach((id, i) => this.#versions.startAfter(store, id, claimedVersion(stored[i])));
    }
    return writes.map((write) => (write.kind === 'put' ? this.#versions.next(write.store, write.id) : 0));
  }

  #seal(writes: readonly Write[], versions: readonly number[]): Promise<Write[]> {
    return Promise.all(
      writes.map(async (write, i) => {
        if (write.kind === 'delete') return write;
        const key = await this.#keys.recordKey(write.store);
        const owner = this.#owner(write.store, write.id);
        const value = await sealRecord(key, owner, versions[i] ?? 0, write.value, packingOf(write.store));
        return { ...write, value };
      }),
    );
  }

  #owner(store: StoreName, recordId: RecordId): RecordOwner {
    return { vaultId: this.#keys.vaultId, storeNumber: STORE_NAMES.indexOf(store), recordId };
  }
}

/** What a library's index is made of is read whole at each unlocking, and hardly shrinks. */
function packingOf(store: StoreName): Packing {
  return store === 'lexical' || store === 'vectors' || store === 'segments' ? 'never' : 'where-it-pays';
}

function isHeader(store: StoreName, id: RecordId): boolean {
  return store === 'meta' && id === HEADER_RECORD_ID;
}

/** What a record that is about to be replaced says of itself; one that is damaged beyond that is simply replaced. */
function claimedVersion(sealed: Uint8Array | undefined): number {
  if (sealed === undefined) return 0;
  try {
    return versionOf(sealed);
  } catch (error) {
    if (error instanceof EnvelopeRejectedError) return 0;
    throw error;
  }
}

/** Done either way: the caller of the original promise hears of its failure, those behind it in line need not. */
function settled(promise: Promise<unknown>): Promise<unknown> {
  return Promise.allSettled([promise]);
}
