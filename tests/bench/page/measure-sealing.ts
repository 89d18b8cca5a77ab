import { randomId, type RecordId, type VaultId } from '../../../src/domain/ids.ts';
import { ownBytes, randomBytes } from '../../../src/platform/crypto/bytes.ts';
import { VaultKeys } from '../../../src/platform/crypto/vault-keys.ts';
import { EncryptedStore } from '../../../src/platform/storage/encrypted-store.ts';
import { IndexedDbStore } from '../../../src/platform/storage/indexeddb-store.ts';
import { deleteRecordStore } from '../../../src/platform/storage/open-record-store.ts';
import { STORE_NAMES, type RecordStore, type Write } from '../../../src/platform/storage/record-store.ts';
import { sealRecord } from '../../../src/platform/storage/sealed-record.ts';
import { spread, timed, type Figure } from '../figure.ts';
import { MadeText } from '../made-text.ts';

/** About what a block of passages is. */
const RECORD_LENGTH = 64 * 1024;
const RECORDS_PER_COMMIT = 16;
const DATABASE = 'bench-sealing';

type Batch = readonly Uint8Array[];

/**
 * Sealing and storing, over text (which is compressed first) and over bytes that do not compress, as vectors and PDFs
 * do not. Rates are of plaintext. The rivals are the bare cipher, and IndexedDB given the same bytes unsealed; both
 * stores take turns, so that both meet the same disk.
 */
export async function measureSealing({ commits }: { readonly commits: number }): Promise<Figure[]> {
  const keys = await VaultKeys.of(randomBytes(32), randomId<VaultId>(), 1);
  const figures: Figure[] = [];
  for (const [kind, makeRecord] of [
    ['text', textRecords()],
    ['random bytes', () => crypto.getRandomValues(new Uint8Array(RECORD_LENGTH))],
  ] as const) {
    const batches = Array.from({ length: commits + 1 }, () => Array.from({ length: RECORDS_PER_COMMIT }, makeRecord));
    figures.push(...(await measureCipher(kind, batches, keys)), ...(await measureStores(kind, batches, keys)));
  }
  return figures;
}

async function measureCipher(kind: string, batches: readonly Batch[], keys: VaultKeys): Promise<Figure[]> {
  const sealingKey = await keys.recordKey('chunks');
  const owner = { vaultId: keys.vaultId, storeNumber: STORE_NAMES.indexOf('chunks'), recordId: randomId<RecordId>() };
  const bare = (value: Uint8Array): Promise<ArrayBuffer> =>
    crypto.subtle.encrypt({ name: 'AES-GCM', iv: randomBytes(12) }, sealingKey.key, ownBytes(value));
  const rates = await measureInTurn(batches, {
    bare: (batch) => Promise.all(batch.map(bare)),
    sealed: (batch) => Promise.all(batch.map((value) => sealRecord(sealingKey, owner, 1, value))),
  });
  return [
    figureOf(`AES-GCM alone, ${kind}`, rates.bare),
    figureOf(`sealed, ${kind}`, rates.sealed, { of: rates.bare, rival: 'AES-GCM alone' }),
  ];
}

async function measureStores(kind: string, batches: readonly Batch[], keys: VaultKeys): Promise<Figure[]> {
  const raw = await IndexedDbStore.open(`${DATABASE}-raw`);
  const underneath = await IndexedDbStore.open(`${DATABASE}-sealed`);
  const encrypted = new EncryptedStore(underneath, keys);
  const ids: RecordId[] = [];
  const commitTo = (store: RecordStore, batch: Batch): Promise<void> => {
    const writes = batch.map((value): Write => ({ kind: 'put', store: 'chunks', id: randomId<RecordId>(), value }));
    if (store === encrypted) ids.push(...writes.map((write) => write.id));
    return store.commit(writes);
  };
  try {
    const rates = await measureInTurn(batches, {
      bare: (batch) => commitTo(raw, batch),
      sealed: (batch) => commitTo(encrypted, batch),
    });
    const reads: number[] = [];
    for (let first = 0; first < ids.length; first += RECORDS_PER_COMMIT) {
      const some = ids.slice(first, first + RECORDS_PER_COMMIT);
      reads.push(await timed(() => encrypted.findMany('chunks', some)));
    }
    return [
      figureOf(`IndexedDB alone, ${kind}`, rates.bare),
      figureOf(`sealed and committed, ${kind}`, rates.sealed, { of: rates.bare, rival: 'IndexedDB alone' }),
      figureOf(`read and opened, ${kind}`, reads.slice(1)),
    ];
  } finally {
    raw.close();
    underneath.close();
    await deleteRecordStore(`${DATABASE}-raw`);
    await deleteRecordStore(`${DATABASE}-sealed`);
  }
}

/** Milliseconds per batch of both ways, taking turns. The first batch warms up and is not counted. */
async function measureInTurn(
  batches: readonly Batch[],
  ways: Readonly<Record<'bare' | 'sealed', (batch: Batch) => Promise<unknown>>>,
): Promise<Record<'bare' | 'sealed', number[]>> {
  const samples = { bare: [] as number[], sealed: [] as number[] };
  for (const [at, batch] of batches.entries()) {
    for (const way of ['bare', 'sealed'] as const) {
      const ms = await timed(() => ways[way](batch));
      if (at > 0) samples[way].push(ms);
    }
  }
  return samples;
}

function figureOf(
  name: string,
  samples: readonly number[],
  against?: { readonly of: readonly number[]; readonly rival: string },
): Figure {
  const times = spread(samples);
  const rate = (RECORDS_PER_COMMIT * RECORD_LENGTH) / 1000 / times.p50Ms;
  return {
    bench: 'seal',
    name,
    n: samples.length,
    ...times,
    mbPerSecond: rate,
    ...(against && { ratio: spread(against.of).p50Ms / times.p50Ms, rival: against.rival }),
    note: `${RECORDS_PER_COMMIT} records of ${RECORD_LENGTH / 1024} KiB at a time`,
  };
}

function textRecords(): () => Uint8Array {
  const made = new MadeText(23);
  const encoder = new TextEncoder();
  return () => encoder.encode(Array.from({ length: 200 }, () => made.paragraph()).join('\n')).slice(0, RECORD_LENGTH);
}
