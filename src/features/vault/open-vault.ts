import type { ContentIdentity, RecordId, VaultId } from '../../domain/ids.ts';
import { recordIdOf } from '../../domain/ids.ts';
import { ENVELOPE_KIND, recordAad } from '../../platform/crypto/aad.ts';
import { open, seal, type SealingKey } from '../../platform/crypto/envelope.ts';
import type { VaultKeys } from '../../platform/crypto/vault-keys.ts';
import { EncryptedStore } from '../../platform/storage/encrypted-store.ts';
import { STORE_NAMES, type RecordStore } from '../../platform/storage/record-store.ts';

/** A vault whose keys are at hand. "Locked" is the absence of this object. */
export interface OpenVault {
  readonly vaultId: VaultId;
  /** Seals what it is given and opens what it finds. */
  readonly store: RecordStore;
  /** `label` keeps domains apart: 'source', 'chunk', 'path', … Equal input has equal identity in this vault only. */
  identityOf(label: string, bytes: Uint8Array): Promise<ContentIdentity>;
  /** Keeps the key of one endpoint. `origin` as in `URL.origin`. */
  sealApiKey(origin: string, apiKey: string): Promise<void>;
  /** The key sealed for this very origin. Throws `EnvelopeRejectedError` if it was changed or moved. */
  findApiKey(origin: string): Promise<string | undefined>;
  deleteApiKeys(): Promise<void>;
  /** Wraps the key of a backup; it unwraps for the same `place` only. */
  wrapFileKey(fileKey: Uint8Array, place: Uint8Array): Promise<Uint8Array>;
  /** Throws `EnvelopeRejectedError` for anything that `wrapFileKey` did not make for this place. The caller wipes it. */
  unwrapFileKey(wrapped: Uint8Array, place: Uint8Array): Promise<Uint8Array>;
}

const API_KEY_SCHEMA = 1;

/** The vault that these keys open in `raw`. */
export function vaultOf(raw: RecordStore, keys: VaultKeys): OpenVault {
  return new KeyedVault(raw, keys);
}

class KeyedVault implements OpenVault {
  readonly vaultId: VaultId;
  readonly store: RecordStore;
  readonly #keys: VaultKeys;

  constructor(raw: RecordStore, keys: VaultKeys) {
    this.vaultId = keys.vaultId;
    this.store = new EncryptedStore(raw, keys);
    this.#keys = keys;
  }

  identityOf(label: string, bytes: Uint8Array): Promise<ContentIdentity> {
    return this.#keys.identityOf(label, bytes);
  }

  async sealApiKey(origin: string, apiKey: string): Promise<void> {
    const place = await this.#placeOf(origin);
    const plaintext = new TextEncoder().encode(apiKey);
    const value = await seal(place.key, plaintext, place.aad);
    plaintext.fill(0);
    await this.store.commit([{ kind: 'put', store: 'secrets', id: place.id, value }]);
  }

  async findApiKey(origin: string): Promise<string | undefined> {
    const place = await this.#placeOf(origin);
    const envelope = await this.store.find('secrets', place.id);
    if (envelope === undefined) return undefined;
    const plaintext = await open(place.key, envelope, place.aad);
    const apiKey = new TextDecoder().decode(plaintext);
    plaintext.fill(0);
    return apiKey;
  }

  async deleteApiKeys(): Promise<void> {
    const ids = await this.store.listIds('secrets');
    await this.store.commit(ids.map((id) => ({ kind: 'delete', store: 'secrets', id })));
  }

  async wrapFileKey(fileKey: Uint8Array, place: Uint8Array): Promise<Uint8Array> {
    return seal(await this.#keys.exportKey(), fileKey, place);
  }

  async unwrapFileKey(wrapped: Uint8Array, place: Uint8Array): Promise<Uint8Array> {
    return open(await this.#keys.exportKey(), wrapped, place);
  }

  /**
   * Where an origin's key is kept: an envelope of its own, under the secrets key and with the origin's hash in its
   * authenticated data, inside the record that the store seals. So it opens for no other endpoint, whoever asks.
   */
  async #placeOf(origin: string): Promise<{ id: RecordId; key: SealingKey; aad: Uint8Array }> {
    const originBytes = new TextEncoder().encode(origin);
    const id = recordIdOf(await this.#keys.identityOf('api-key', originBytes));
    const key = await this.#keys.secretsKey();
    const aad = recordAad({
      vaultId: this.vaultId,
      storeNumber: STORE_NAMES.indexOf('secrets'),
      recordId: id,
      // The record around it is versioned; this envelope is written and read as one with it.
      recordVersion: 0n,
      schemaVersion: API_KEY_SCHEMA,
      epoch: key.epoch,
      kind: ENVELOPE_KIND.apiKey,
      blockIndex: 0,
      blockCount: 1,
      originHash: new Uint8Array(await crypto.subtle.digest('SHA-256', originBytes)),
    });
    return { id, key, aad };
  }
}
