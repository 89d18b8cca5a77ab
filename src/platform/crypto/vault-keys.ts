import { idFromBytes, idToBytes, type ContentIdentity, type VaultId } from '../../domain/ids.ts';
import { lengthPrefixed } from './aad.ts';
import { ownBytes, type Bytes } from './bytes.ts';
import type { SealingKey } from './envelope.ts';
import { deriveAesKey, deriveMacKey, importKeyMaterial } from './hkdf.ts';

const encoder = new TextEncoder();

/**
 * Every key of one open vault, all derived from its vault key by HKDF with the vault's id as salt and one label per
 * purpose. The vault key itself encrypts nothing; after construction only non-extractable keys remain.
 */
export class VaultKeys {
  readonly vaultId: VaultId;
  readonly epoch: number;
  readonly #material: CryptoKey;
  readonly #sealingKeys = new Map<string, Promise<SealingKey>>();
  #identityKey: Promise<CryptoKey> | undefined;

  private constructor(material: CryptoKey, vaultId: VaultId, epoch: number) {
    this.#material = material;
    this.vaultId = vaultId;
    this.epoch = epoch;
  }

  /** Takes 32 bytes of vault key; the caller wipes them afterwards. */
  static async of(vaultKey: Uint8Array, vaultId: VaultId, epoch: number): Promise<VaultKeys> {
    if (vaultKey.length !== 32) throw new RangeError('A vault key is 32 bytes.');
    return new VaultKeys(await importKeyMaterial(vaultKey), vaultId, epoch);
  }

  /** The key that seals one store's records. */
  recordKey(store: string): Promise<SealingKey> {
    return this.#sealingKey(`rec/${store}/${this.epoch}`);
  }

  /** The key that seals API keys. */
  secretsKey(): Promise<SealingKey> {
    return this.#sealingKey(`secrets/${this.epoch}`);
  }

  /** The key that wraps the keys of backups. */
  exportKey(): Promise<SealingKey> {
    return this.#sealingKey('export-kek');
  }

  /** The first 16 bytes of HMAC-SHA-256 over label and bytes: equal only for equal input inside one vault. */
  async identityOf(label: string, bytes: Uint8Array): Promise<ContentIdentity> {
    this.#identityKey ??= deriveMacKey(this.#material, idToBytes(this.vaultId), vaultLabel('ids'));
    const key = await this.#identityKey;
    const prefix = lengthPrefixed([encoder.encode(label)]);
    const message = new Uint8Array(prefix.length + bytes.length);
    message.set(prefix, 0);
    message.set(bytes, prefix.length);
    const mac = new Uint8Array(await crypto.subtle.sign('HMAC', key, message));
    return idFromBytes<ContentIdentity>(mac.subarray(0, 16));
  }

  /** The MAC over a vault header's bytes, 32 bytes. */
  async macOfHeader(header: Uint8Array): Promise<Bytes> {
    return new Uint8Array(await crypto.subtle.sign('HMAC', await this.#headerKey(), ownBytes(header)));
  }

  /** Whether `mac` is that of `header` under this vault's key; compared in constant time by WebCrypto. */
  async isHeaderMac(header: Uint8Array, mac: Uint8Array): Promise<boolean> {
    return crypto.subtle.verify('HMAC', await this.#headerKey(), ownBytes(mac), ownBytes(header));
  }

  #headerKey(): Promise<CryptoKey> {
    return deriveMacKey(this.#material, idToBytes(this.vaultId), vaultLabel('hdr-mac'));
  }

  #sealingKey(purpose: string): Promise<SealingKey> {
    const known = this.#sealingKeys.get(purpose);
    if (known !== undefined) return known;
    const derived = deriveAesKey(this.#material, idToBytes(this.vaultId), vaultLabel(purpose)).then((key) => ({
      key,
      epoch: this.epoch,
    }));
    this.#sealingKeys.set(purpose, derived);
    return derived;
  }
}

/** HKDF's info string of a purpose. Written into no file, but changing it makes every vault unreadable. */
export function vaultLabel(purpose: string): string {
  return `app/v1/${purpose}`;
}
