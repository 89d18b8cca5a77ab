import { idToBytes } from '../../domain/ids.ts';
import { concatBytes, ownBytes, type Bytes } from '../../platform/crypto/bytes.ts';
import { STORE_NAMES } from '../../platform/storage/record-store.ts';
import type { BackupEnd, BackupRecord } from './backup-file.ts';

/** Digests are gathered until there are so many of them, so that a large vault's do not pile up one by one. */
const GATHERED = 1024;

/** What a row of records amounts to: how many they are, and one digest over all of them in their order. */
export class ContentDigest {
  #recordCount = 0;
  readonly #blocks: Bytes[] = [];
  #gathered: Bytes[] = [];

  async add({ store, id, value }: BackupRecord): Promise<void> {
    const place = concatBytes([new Uint8Array([STORE_NAMES.indexOf(store)]), idToBytes(id)]);
    const digest = await sha256(concatBytes([place, value]));
    this.#recordCount++;
    if (this.#gathered.push(digest) === GATHERED) this.#gather();
  }

  async end(): Promise<BackupEnd> {
    this.#gather();
    return { recordCount: this.#recordCount, digest: await sha256(concatBytes(this.#blocks)) };
  }

  #gather(): void {
    this.#blocks.push(concatBytes(this.#gathered));
    this.#gathered = [];
  }
}

async function sha256(bytes: Uint8Array): Promise<Bytes> {
  return new Uint8Array(await crypto.subtle.digest('SHA-256', ownBytes(bytes)));
}
