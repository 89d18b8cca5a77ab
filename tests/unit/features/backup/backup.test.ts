import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import type { RecordId } from '../../../../src/domain/ids.ts';
import { openBackup, restoreBackup, verifyBackup } from '../../../../src/features/backup/read-backup.ts';
import { digestOf, writeBackup } from '../../../../src/features/backup/write-backup.ts';
import {
  changePassphrase,
  createVault,
  readVaultPresence,
  unlockVault,
  type OpenVault,
} from '../../../../src/features/vault/vault.ts';
import { concatBytes } from '../../../../src/platform/crypto/bytes.ts';
import type { KdfParams } from '../../../../src/platform/crypto/kdf-params.ts';
import { MemoryStore } from '../../../../src/platform/storage/memory-store.ts';
import { STORE_NAMES, type Write } from '../../../../src/platform/storage/record-store.ts';
import type { DeriveKey } from '../../../../src/features/vault/vault.ts';
import { deriveKey as derive } from '../../../../workers/kdf/derive-key.ts';

const FLOOR: KdfParams = { algorithm: 'argon2id', memoryKib: 19 * 1024, iterations: 2, parallelism: 1 };
const PASSPHRASE = 'six plain words nobody would guess';
const signal = new AbortController().signal;

/** The real derivation, done once for each passphrase and salt: hundreds of files of one library are opened here. */
const derived = new Map<string, Promise<Uint8Array>>();
const deriveKey: DeriveKey = async (passphrase, salt, params) => {
  const asked = `${Buffer.from(passphrase).toString('hex')} ${Buffer.from(salt).toString('hex')}`;
  const key = derived.get(asked) ?? derive(passphrase, salt, params);
  derived.set(asked, key);
  return (await key).slice();
};

const damaged = expect.objectContaining({
  name: 'InvalidInputError',
  message: expect.stringMatching(/damaged or was cut off/),
});

const text = (value: string): Uint8Array => new TextEncoder().encode(value);
const byPassphrase = (passphrase = PASSPHRASE) => ({ kind: 'passphrase', passphrase: text(passphrase) }) as const;
const idOf = (n: number): RecordId => n.toString(16).padStart(32, '0') as RecordId;

interface Made {
  readonly raw: MemoryStore;
  readonly vault: OpenVault;
  readonly recoveryCode: string;
}

async function newVault(writes: readonly Write[] = []): Promise<Made> {
  const raw = new MemoryStore();
  const made = await createVault(raw, text(PASSPHRASE), deriveKey, FLOOR);
  await made.vault.store.commit(writes);
  return { raw, ...made };
}

async function backupOf({ raw, vault }: Pick<Made, 'raw' | 'vault'>): Promise<Uint8Array> {
  return collect(writeBackup(raw, vault, { appVersion: '1.2.3', now: () => 1_700_000_000_000, signal }));
}

async function collect(stream: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  for await (const part of stream) parts.push(part);
  return concatBytes(parts);
}

async function* fileOf(bytes: Uint8Array, partLength = 50_000): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += partLength) yield bytes.slice(at, at + partLength);
}

async function restore(file: Uint8Array, secret: Parameters<typeof restoreBackup>[1] = byPassphrase()) {
  const staging = new MemoryStore();
  const outcome = await restoreBackup(await openBackup(fileOf(file)), secret, deriveKey, staging, { signal });
  return { staging, outcome };
}

/** A Python that has what `scripts/open-backup.py` needs. */
const python = ['python3', process.env['COMMONPLACE_PYTHON'] ?? 'python'].find(
  (name) => spawnSync(name, ['-c', 'import cryptography.cobblestone']).status === 0,
);

const SOURCE = Uint8Array.from({ length: 300_000 }, (_, i) => i * i);
const DOCUMENT = { title: 'Lamp', path: '/notes/../notes/lamp.bin', currentVersionId: idOf(2) };
const SAMPLE: readonly Write[] = [
  { kind: 'put', store: 'documents', id: idOf(1), value: text(JSON.stringify(DOCUMENT)) },
  { kind: 'put', store: 'sources', id: idOf(2), value: SOURCE },
  { kind: 'put', store: 'messages', id: idOf(3), value: new Uint8Array(0) },
  { kind: 'put', store: 'meta', id: idOf(4), value: text('manifest') },
];

describe('a backup', () => {
  let made: Made;
  let file: Uint8Array;

  beforeAll(async () => {
    made = await newVault(SAMPLE);
    await made.vault.sealApiKey('https://api.example.com', 'sk-secret');
    file = await backupOf(made);
  });

  it('brings everything back but API keys, by the passphrase and by the recovery code', async () => {
    for (const secret of [byPassphrase(), { kind: 'recovery-code', code: made.recoveryCode } as const]) {
      const { staging, outcome } = await restore(file, secret);
      if (outcome.kind !== 'restored') throw new Error('The secret did not open the backup.');
      expect(outcome.info).toEqual({ app: 'commonplace', appVersion: '1.2.3', stores: STORE_NAMES });
      expect(outcome.createdAt).toBe(1_700_000_000_000);
      expect(outcome.end).toEqual(await digestOf(made.vault.store));
      const again = await unlockVault(staging, byPassphrase(), deriveKey);
      if (again.kind !== 'open') throw new Error('The restored library did not open.');
      expect(await digestOf(again.vault.store)).toEqual(outcome.end);
      expect(await again.vault.findApiKey('https://api.example.com')).toBeUndefined();
      expect(again.vault.vaultId).toBe(made.vault.vaultId);
    }
  });

  it('opens with the passphrase it was made under, not with a later one', async () => {
    const { raw, vault } = await newVault(SAMPLE);
    const before = await backupOf({ raw, vault });
    await changePassphrase(raw, byPassphrase(), text('another set of plain words'), deriveKey, FLOOR);
    expect((await restore(before)).outcome.kind).toBe('restored');
    expect((await restore(before, byPassphrase('another set of plain words'))).outcome.kind).toBe('wrong-secret');
  });

  it('is verified by the library it was made of', async () => {
    const verified = await verifyBackup(await openBackup(fileOf(file)), made.vault);
    expect(verified.end.recordCount).toBe(SAMPLE.length);
    const other = await newVault();
    await expect(openBackup(fileOf(file)).then((read) => verifyBackup(read, other.vault))).rejects.toThrow(damaged);
  });

  it('of random libraries gives the same library back', async () => {
    const writes = fc.uniqueArray(
      fc.record({
        kind: fc.constant('put' as const),
        store: fc.constantFrom(...STORE_NAMES.filter((name) => name !== 'secrets')),
        id: fc.integer({ min: 1, max: 1e6 }).map(idOf),
        value: fc.uint8Array({ maxLength: 40_000, size: 'max' }),
      }),
      { maxLength: 60, selector: ({ store, id }) => store + id },
    );
    await fc.assert(
      fc.asyncProperty(writes, async (records) => {
        const random = await newVault(records);
        const { outcome } = await restore(await backupOf(random));
        expect(outcome).toMatchObject({ kind: 'restored', end: await digestOf(random.vault.store) });
      }),
      { numRuns: 20 },
    );
  });

  it('cut off anywhere, or continued, is refused', async () => {
    const ends = fc.integer({ min: 0, max: file.length - 1 });
    await fc.assert(
      fc.asyncProperty(ends, async (end) => {
        await expect(restore(file.slice(0, end))).rejects.toThrow();
      }),
      { numRuns: 40 },
    );
    const staging = new MemoryStore();
    const cut = await openBackup(fileOf(file.slice(0, -1)));
    await expect(restoreBackup(cut, byPassphrase(), deriveKey, staging, { signal })).rejects.toThrow(damaged);
    expect((await readVaultPresence(staging)).kind).not.toBe('present');
    await expect(restore(concatBytes([file, new Uint8Array(1)]))).rejects.toThrow(damaged);
  });

  it('with any bit of its head changed is refused, and so is one with a changed payload', async () => {
    const headLength = file.length - 300_000;
    const places = fc.oneof(fc.integer({ min: 0, max: headLength }), fc.integer({ min: 0, max: file.length - 1 }));
    await fc.assert(
      fc.asyncProperty(places, fc.integer({ min: 0, max: 7 }), async (at, bit) => {
        const changed = file.slice();
        changed[at] = (changed[at] ?? 0) ^ (1 << bit);
        await expect(restore(changed)).rejects.toThrow();
      }),
      { numRuns: 60 },
    );
  });

  it('is told from other files, and from those of a newer version', async () => {
    await expect(openBackup(fileOf(text('%PDF-1.7 and so on')))).rejects.toThrow(/not a backup/);
    await expect(openBackup(fileOf(new Uint8Array(0)))).rejects.toThrow(damaged);
    const newer = file.slice();
    newer[3] = 2;
    await expect(openBackup(fileOf(newer))).rejects.toThrow(/newer version/);
  });

  it('leaves damaged records out and counts them', async () => {
    const { raw, vault } = await newVault(SAMPLE);
    const sealed = await raw.find('documents', idOf(1));
    await raw.commit([{ kind: 'put', store: 'documents', id: idOf(1), value: (sealed ?? text('')).slice(0, -1) }]);
    let damagedCount = 0;
    const options = { appVersion: '1', now: () => 0, signal };
    const onEnd = (end: { readonly damagedCount: number }): void => void (damagedCount = end.damagedCount);
    const whole = await collect(writeBackup(raw, vault, { ...options, onEnd }));
    expect(damagedCount).toBe(1);
    const { outcome } = await restore(whole);
    expect(outcome).toMatchObject({ kind: 'restored', end: { recordCount: SAMPLE.length - 1 } });
  });

  it.skipIf(python === undefined)('opens in another language, without this app', () => {
    const folder = mkdtempSync(join(tmpdir(), 'commonplace-backup-'));
    writeFileSync(join(folder, 'library.kvx'), file);
    const script = join(import.meta.dirname, '../../../../scripts/open-backup.py');
    const open = (input: string): ReturnType<typeof spawnSync> =>
      spawnSync(python ?? '', [script, join(folder, 'library.kvx'), join(folder, 'out')], { input, encoding: 'utf8' });
    expect(open('not the passphrase\n').stderr).toContain('This is not the passphrase.');
    expect(open(`${PASSPHRASE}\n`)).toMatchObject({ status: 0, stdout: '4 records, 1 kept files.\n' });
    expect(readFileSync(join(folder, 'out/files/notes/notes/lamp.bin')).equals(SOURCE)).toBe(true);
    expect(readFileSync(join(folder, 'out/records/meta', idOf(4)), 'utf8')).toBe('manifest');
    rmSync(folder, { recursive: true });
  });

  it('stops when it is called off', async () => {
    const calledOff = AbortSignal.abort(new Error('No more.'));
    const writing = writeBackup(made.raw, made.vault, { appVersion: '1', now: () => 0, signal: calledOff });
    await expect(collect(writing)).rejects.toThrow('No more.');
    const reader = await openBackup(fileOf(file));
    const reading = restoreBackup(reader, byPassphrase(), deriveKey, new MemoryStore(), { signal: calledOff });
    await expect(reading).rejects.toThrow('No more.');
  });
});
