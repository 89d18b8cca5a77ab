import type { ContentIdentity, VaultId } from '../../domain/ids.ts';
import type { UnlockSecret } from '../../domain/vault.ts';
import type { KdfParams } from '../../platform/crypto/kdf-params.ts';
import type { RecordStore } from '../../platform/storage/record-store.ts';

/** Argon2id, 32 bytes out; runs in a worker of its own. May transfer (detach) what it is given. */
export type DeriveKey = (passphrase: Uint8Array, salt: Uint8Array, params: KdfParams) => Promise<Uint8Array>;

export interface OpenVault {
  readonly vaultId: VaultId;
  readonly store: RecordStore;
  identityOf(label: string, bytes: Uint8Array): Promise<ContentIdentity>;
  sealApiKey(origin: string, apiKey: string): Promise<void>;
  findApiKey(origin: string): Promise<string | undefined>;
  deleteApiKeys(): Promise<void>;
}

export type VaultPresence =
  | { readonly kind: 'none' }
  | { readonly kind: 'present'; readonly hasRecoveryCode: boolean }
  | { readonly kind: 'unreadable'; readonly message: string };

export type UnlockedVault = { readonly kind: 'open'; readonly vault: OpenVault } | { readonly kind: 'wrong-secret' };

export declare function readVaultPresence(store: RecordStore): Promise<VaultPresence>;
export declare function createVault(
  store: RecordStore,
  passphrase: Uint8Array,
  derive: DeriveKey,
): Promise<{ readonly vault: OpenVault; readonly recoveryCode: string }>;
export declare function unlockVault(
  store: RecordStore,
  secret: UnlockSecret,
  derive: DeriveKey,
): Promise<UnlockedVault>;
export declare function openThrowawayVault(store: RecordStore): Promise<OpenVault>;
