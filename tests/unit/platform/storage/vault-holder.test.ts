import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

import { holdVault, isVaultHeld, type VaultHeldElsewhere } from '../../../../src/platform/storage/vault-holder.ts';
import { FakeLockManager } from './fake-lock-manager.ts';

async function expectHeldElsewhere(locks: LockManager, onTakeOver: () => void): Promise<VaultHeldElsewhere> {
  const outcome = await holdVault('library', { locks, onTakeOver });
  if (outcome.kind !== 'held-elsewhere') throw new Error('The vault was free.');
  return outcome;
}

describe('holdVault', () => {
  let locks: FakeLockManager;
  beforeEach(() => {
    locks = new FakeLockManager();
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval'] });
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it('gives a free vault to one tab and tells the next that it is held', async () => {
    const onTakeOver = vi.fn();
    expect(await isVaultHeld('library', locks)).toBe(false);
    const first = await holdVault('library', { locks, onTakeOver });
    expect(first.kind).toBe('held');
    expect(await isVaultHeld('library', locks)).toBe(true);
    expect(await isVaultHeld('another', locks)).toBe(false);
    await expectHeldElsewhere(locks, vi.fn());
    expect(onTakeOver).not.toHaveBeenCalled();
    if (first.kind === 'held') first.release();
    await vi.waitFor(async () => expect(await isVaultHeld('library', locks)).toBe(false));
    const again = await holdVault('library', { locks, onTakeOver: vi.fn() });
    expect(again.kind).toBe('held');
    if (again.kind === 'held') again.release();
  });

  it('holds vaults of different names side by side', async () => {
    const one = await holdVault('one', { locks, onTakeOver: vi.fn() });
    const two = await holdVault('two', { locks, onTakeOver: vi.fn() });
    expect([one.kind, two.kind]).toEqual(['held', 'held']);
    for (const held of [one, two]) if (held.kind === 'held') held.release();
  });

  it('lets the holder come to a safe point before the vault changes hands', async () => {
    const events: string[] = [];
    let finishLocking = (): void => undefined;
    const locked = new Promise<void>((resolve) => (finishLocking = resolve));
    await holdVault('library', {
      locks,
      onTakeOver: async () => {
        events.push('locking');
        await locked;
        events.push('locked');
      },
    });
    const elsewhere = await expectHeldElsewhere(locks, vi.fn());
    const taking = elsewhere.takeOver().then((held) => {
      events.push('taken');
      return held;
    });
    await vi.waitFor(() => expect(events).toEqual(['locking']));
    finishLocking();
    const held = await taking;
    expect(events).toEqual(['locking', 'locked', 'taken']);
    held.release();
  });

  it('waits beyond five seconds for a holder that says it is letting go', async () => {
    let finishLocking = (): void => undefined;
    const locked = new Promise<void>((resolve) => (finishLocking = resolve));
    const onTakeOver = vi.fn(() => locked);
    await holdVault('library', { locks, onTakeOver });
    const elsewhere = await expectHeldElsewhere(locks, vi.fn());
    const steal = vi.spyOn(locks, 'request');
    const taking = elsewhere.takeOver();
    await vi.waitFor(() => expect(onTakeOver).toHaveBeenCalledOnce());
    for (let second = 0; second < 12; second++) {
      await vi.advanceTimersByTimeAsync(1000);
      await messagesDelivered();
    }
    finishLocking();
    const held = await taking;
    expect(steal.mock.calls.some(([, options]) => typeof options === 'object' && options.steal)).toBe(false);
    expect(onTakeOver).toHaveBeenCalledOnce();
    held.release();
  });

  it('steals the vault after five seconds of silence, and tells the loser', async () => {
    // A frozen tab: it has the lock and hears nothing.
    const lost = vi.fn();
    locks
      .request('commonplace-vault:library', {}, () => new Promise<void>(() => undefined))
      .catch((error: unknown) => lost(error instanceof Error ? error.name : error));
    const elsewhere = await expectHeldElsewhere(locks, vi.fn());
    let isTaken = false;
    const taking = elsewhere.takeOver().then((held) => {
      isTaken = true;
      return held;
    });
    await vi.advanceTimersByTimeAsync(4900);
    expect(isTaken).toBe(false);
    await vi.advanceTimersByTimeAsync(200);
    const held = await taking;
    expect(lost).toHaveBeenCalledWith('AbortError');
    expect(await isVaultHeld('library', locks)).toBe(true);
    held.release();
  });

  it('tells a holder whose lock was stolen exactly once, and not after it released', async () => {
    const onTakeOver = vi.fn();
    const held = await holdVault('library', { locks, onTakeOver });
    await locks.request('commonplace-vault:library', { steal: true }, () => undefined);
    await vi.waitFor(() => expect(onTakeOver).toHaveBeenCalledOnce());
    if (held.kind === 'held') held.release();
    const onOther = vi.fn();
    const other = await holdVault('library', { locks, onTakeOver: onOther });
    if (other.kind === 'held') other.release();
    await locks.request('commonplace-vault:library', { steal: true }, () => undefined);
    expect(onOther).not.toHaveBeenCalled();
    expect(onTakeOver).toHaveBeenCalledOnce();
  });

  it('refuses to open a vault where the browser has no locks', async () => {
    vi.stubGlobal('navigator', {});
    await expect(holdVault('library', { onTakeOver: vi.fn() })).rejects.toMatchObject({
      name: 'StorageUnavailableError',
    });
    vi.unstubAllGlobals();
  });
});

/** BroadcastChannel delivers on the event loop, which fake timers leave alone. */
async function messagesDelivered(): Promise<void> {
  for (let turn = 0; turn < 5; turn++) await new Promise((resolve) => setImmediate(resolve));
}
