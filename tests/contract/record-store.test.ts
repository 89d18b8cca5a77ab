import 'fake-indexeddb/auto';

import { randomId, type VaultId } from '../../src/domain/ids.ts';
import { randomBytes } from '../../src/platform/crypto/bytes.ts';
import { VaultKeys } from '../../src/platform/crypto/vault-keys.ts';
import { EncryptedStore } from '../../src/platform/storage/encrypted-store.ts';
import { IndexedDbStore } from '../../src/platform/storage/indexeddb-store.ts';
import { MemoryStore } from '../../src/platform/storage/memory-store.ts';
import { recordStoreContract } from './record-store.ts';

let databaseCount = 0;
const newDatabase = (): Promise<IndexedDbStore> => IndexedDbStore.open(`contract-${databaseCount++}`);
const newKeys = (): Promise<VaultKeys> => VaultKeys.of(randomBytes(32), randomId<VaultId>(), 1);

recordStoreContract('memory', async () => new MemoryStore());
recordStoreContract('IndexedDB', newDatabase);
recordStoreContract('encrypted memory', async () => new EncryptedStore(new MemoryStore(), await newKeys()));
recordStoreContract('encrypted IndexedDB', async () => new EncryptedStore(await newDatabase(), await newKeys()));
