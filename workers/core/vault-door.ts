import { InvalidInputError, VaultHeldError } from '../../src/domain/errors.ts';
import {
  changePassphrase,
  createVault,
  openThrowawayVault,
  readVaultPresence,
  renewRecoveryCode,
  unlockVault,
} from '../../src/features/vault/vault.ts';
import type { OpenVault } from '../../src/features/vault/vault.ts';
import { deriveKey } from '../../src/platform/compute/compute-kdf.ts';
import {
  activateVault,
  activeVaultName,
  deleteOtherVaults,
  newVaultName,
} from '../../src/platform/storage/active-vault.ts';
import type { RecordStore } from '../../src/platform/storage/record-store.ts';
import { MemoryStore } from '../../src/platform/storage/memory-store.ts';
import { deleteRecordStore, openRecordStore } from '../../src/platform/storage/open-record-store.ts';
import type { OpenedRecordStore } from '../../src/platform/storage/open-record-store.ts';
import { holdVault, isVaultHeld } from '../../src/platform/storage/vault-holder.ts';
import type { HeldVault } from '../../src/platform/storage/vault-holder.ts';
import type { StorageKind, UnlockSecret, VaultStatus } from './api.ts';

/** The lock that a tab holds while it has the library, whichever database that is in. */
const LOCK_NAME = 'commonplace';

export type UnlockedDoor =
  | { readonly kind: 'open'; readonly vault: OpenVault }
  | { readonly kind: 'wrong-secret' }
  | { readonly kind: 'held-elsewhere' };

interface StagedStore {
  readonly name: string;
  readonly opened: OpenedRecordStore;
}

/** The way to the vault on this device: where it is stored, which tab holds it, and the key to it. */
export class VaultDoor {
  readonly #onTakenOver: () => Promise<void>;
  #records: Promise<OpenedRecordStore> | undefined;
  #name: Promise<string> | undefined;
  #staged: StagedStore | undefined;
  #held: HeldVault | undefined;

  /** `onTakenOver`: another tab asks for the vault; it gets it when the promise settles. */
  constructor(onTakenOver: () => Promise<void>) {
    this.#onTakenOver = onTakenOver;
  }

  /** The store on this device, opened once; in memory where the browser refuses one. */
  records(): Promise<OpenedRecordStore> {
    this.#records ??= this.#activeName().then(openRecordStore);
    return this.#records;
  }

  async status(): Promise<VaultStatus> {
    if (!this.#held && (await isVaultHeld(LOCK_NAME))) return { kind: 'held-elsewhere' };
    const { store, kind } = await this.records();
    const storage: StorageKind = kind;
    const presence = await readVaultPresence(store);
    switch (presence.kind) {
      case 'none':
        return { kind: 'none', storage };
      case 'present':
        return { kind: 'locked', storage, hasRecoveryCode: presence.hasRecoveryCode };
      case 'unreadable':
        return presence;
    }
  }

  /** Throws `VaultHeldError` when another tab is making or using the vault. */
  async create(passphrase: Uint8Array): Promise<{ vault: OpenVault; recoveryCode: string }> {
    if (!(await this.#hold()))
      throw new VaultHeldError('Another tab has a library open. Close it, then create yours here.');
    const { store } = await this.records();
    return createVault(store, passphrase, deriveKey);
  }

  async unlock(secret: UnlockSecret): Promise<UnlockedDoor> {
    if (!(await this.#hold())) return { kind: 'held-elsewhere' };
    const { store } = await this.records();
    const unlocked = await unlockVault(store, secret, deriveKey);
    if (unlocked.kind === 'wrong-secret') this.#release();
    return unlocked;
  }

  async changePassphrase(secret: UnlockSecret, newPassphrase: Uint8Array): Promise<'changed' | 'wrong-secret'> {
    const { store } = await this.records();
    return (await changePassphrase(store, secret, newPassphrase, deriveKey)).kind;
  }

  async renewRecoveryCode(secret: UnlockSecret): ReturnType<typeof renewRecoveryCode> {
    const { store } = await this.records();
    return renewRecoveryCode(store, secret, deriveKey);
  }

  openThrowaway(): Promise<OpenVault> {
    return openThrowawayVault(new MemoryStore());
  }

  /**
   * Asks the tab that holds the vault to let go at a safe point, and holds it from then on. A tab that does not answer,
   * such as a frozen one, loses it after a few seconds. Throws `StorageUnavailableError` if that fails too.
   */
  async takeOver(): Promise<void> {
    if (this.#held) return;
    const outcome = await holdVault(LOCK_NAME, { onTakeOver: this.#onTakenOver });
    this.#held = outcome.kind === 'held' ? outcome : await outcome.takeOver();
  }

  async deleteVault(): Promise<void> {
    const name = await this.#activeName();
    await this.dropStaged();
    await this.close();
    // First what restores have left: alone, it would be taken for the library.
    await deleteOtherVaults(name);
    await deleteRecordStore(name);
  }

  /** An empty store beside the library, for a backup to be read into. Throws `VaultHeldError` when another tab has the library. */
  async stage(): Promise<RecordStore> {
    if (!(await this.#hold()))
      throw new VaultHeldError('Another tab has the library open. Close it, then restore the backup here.');
    await this.dropStaged();
    const name = newVaultName();
    this.#staged = { name, opened: await openRecordStore(name) };
    return this.#staged.opened.store;
  }

  /** What was staged is the library from now on, and the former one is deleted. Nothing may use the former one any more. */
  async replaceByStaged(): Promise<void> {
    const staged = this.#staged;
    if (!staged) throw new InvalidInputError('There is no backup to put in place. Choose the file again.');
    if (staged.opened.kind === 'disk') await activateVault(staged.name);
    const former = this.#records;
    this.#staged = undefined;
    this.#records = Promise.resolve(staged.opened);
    this.#name = Promise.resolve(staged.name);
    (await former)?.store.close();
    if (staged.opened.kind === 'disk') await deleteOtherVaults(staged.name);
  }

  /** Deletes what was staged and not put in place. */
  async dropStaged(): Promise<void> {
    const staged = this.#staged;
    this.#staged = undefined;
    staged?.opened.store.close();
    if (staged?.opened.kind === 'disk') await deleteRecordStore(staged.name);
  }

  /** Closes the store, so that nothing more is written, and only then lets another tab have the vault. */
  async close(): Promise<void> {
    const records = this.#records;
    this.#records = undefined;
    try {
      (await records)?.store.close();
    } finally {
      this.#release();
    }
  }

  #activeName(): Promise<string> {
    this.#name ??= activeVaultName();
    return this.#name;
  }

  async #hold(): Promise<boolean> {
    if (this.#held) return true;
    const outcome = await holdVault(LOCK_NAME, { onTakeOver: this.#onTakenOver });
    if (outcome.kind === 'held-elsewhere') return false;
    this.#held = outcome;
    return true;
  }

  #release(): void {
    this.#held?.release();
    this.#held = undefined;
  }
}
