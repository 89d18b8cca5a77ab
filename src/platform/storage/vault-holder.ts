import { StorageUnavailableError } from '../../domain/errors.ts';

/**
 * One tab holds a vault, by a Web Lock of its name. Another tab can take it over: it asks over a BroadcastChannel,
 * and the holder, while it comes to a safe point, says once a second that it is about to let go. A tab that is
 * frozen keeps its lock and says nothing; after five seconds of silence the lock is stolen.
 */

export interface HeldVault {
  readonly kind: 'held';
  release(): void;
}

export interface VaultHeldElsewhere {
  readonly kind: 'held-elsewhere';
  /** Resolves when this tab holds the vault, after at most 30 s. */
  takeOver(): Promise<HeldVault>;
}

export interface VaultHolding {
  /**
   * The vault was asked for or taken by another tab: stop writing and lock. The lock is let go when the promise
   * settles. Called once at most, and not after `release`.
   */
  readonly onTakeOver: () => void | Promise<void>;
  /** The browser's lock manager unless given. */
  readonly locks?: LockManager;
}

const SILENCE_MS = 5000;
const LETTING_GO_EVERY_MS = 1000;
const MAX_WAIT_MS = 30_000;

type HolderMessage = 'let-go' | 'letting-go';

/** Takes the vault of that name if no other tab holds it. Throws `StorageUnavailableError` without Web Locks. */
export async function holdVault(name: string, holding: VaultHolding): Promise<HeldVault | VaultHeldElsewhere> {
  const held = await requestHold(name, holding, { ifAvailable: true });
  if (held !== undefined) return held;
  return { kind: 'held-elsewhere', takeOver: () => takeOver(name, holding) };
}

/** Whether some tab, this one included, holds the vault of that name. */
export async function isVaultHeld(name: string, locks: LockManager = browserLocks()): Promise<boolean> {
  const { held } = await locks.query();
  return held?.some((lock) => lock.name === lockName(name)) ?? false;
}

async function takeOver(name: string, holding: VaultHolding): Promise<HeldVault> {
  const channel = new BroadcastChannel(channelName(name));
  const waiting = new AbortController();
  const giveUp = (): void => waiting.abort();
  const limit = setTimeout(giveUp, MAX_WAIT_MS);
  let silence = setTimeout(giveUp, SILENCE_MS);
  channel.onmessage = (event: MessageEvent<unknown>) => {
    if (event.data !== ('letting-go' satisfies HolderMessage)) return;
    clearTimeout(silence);
    silence = setTimeout(giveUp, SILENCE_MS);
  };
  try {
    channel.postMessage('let-go' satisfies HolderMessage);
    const held = await requestHold(name, holding, { signal: waiting.signal });
    if (held !== undefined) return held;
  } catch (error) {
    if (!waiting.signal.aborted) throw error;
  } finally {
    clearTimeout(silence);
    clearTimeout(limit);
    channel.close();
  }
  const stolen = await requestHold(name, holding, { steal: true });
  if (stolen !== undefined) return stolen;
  throw new StorageUnavailableError(
    'The library could not be taken over from the other tab. Close that tab and retry.',
  );
}

/** `undefined` when the lock was asked for `ifAvailable` and is not. Rejects with an `AbortError` on the signal. */
function requestHold(name: string, holding: VaultHolding, options: LockOptions): Promise<HeldVault | undefined> {
  const locks = holding.locks ?? browserLocks();
  return new Promise((resolve, reject) => {
    let hold: Hold | undefined;
    const request = locks.request(lockName(name), options, (lock) => {
      if (lock === null) {
        resolve(undefined);
        return undefined;
      }
      hold = new Hold(name, holding.onTakeOver);
      resolve(hold);
      return hold.released;
    });
    request.catch((error: unknown) => {
      if (hold === undefined) reject(error);
      else hold.lose();
    });
  });
}

class Hold implements HeldVault {
  readonly kind = 'held';
  readonly released: Promise<void>;
  readonly #channel: BroadcastChannel;
  readonly #onTakeOver: () => void | Promise<void>;
  #resolveReleased: () => void = () => undefined;
  #isOver = false;

  constructor(name: string, onTakeOver: () => void | Promise<void>) {
    this.#onTakeOver = onTakeOver;
    this.released = new Promise((resolve) => {
      this.#resolveReleased = resolve;
    });
    this.#channel = new BroadcastChannel(channelName(name));
    this.#channel.onmessage = (event: MessageEvent<unknown>) => {
      if (event.data === ('let-go' satisfies HolderMessage)) void this.#letGo();
    };
  }

  release(): void {
    this.#isOver = true;
    this.#channel.close();
    this.#resolveReleased();
  }

  /** The lock was stolen: it is gone already. */
  lose(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#channel.close();
    void this.#onTakeOver();
  }

  /** A failure to lock surfaces as an unhandled rejection; the vault is let go all the same. */
  async #letGo(): Promise<void> {
    this.#channel.postMessage('letting-go' satisfies HolderMessage);
    if (this.#isOver) return;
    this.#isOver = true;
    const sign = setInterval(
      () => this.#channel.postMessage('letting-go' satisfies HolderMessage),
      LETTING_GO_EVERY_MS,
    );
    try {
      await this.#onTakeOver();
    } finally {
      clearInterval(sign);
      this.release();
    }
  }
}

function lockName(name: string): string {
  return `commonplace-vault:${name}`;
}

function channelName(name: string): string {
  return `commonplace-vault:${name}`;
}

function browserLocks(): LockManager {
  if (typeof navigator === 'object' && 'locks' in navigator) return navigator.locks;
  throw new StorageUnavailableError(
    'This browser cannot make sure that only one tab changes the library, so it was not opened. Nothing was changed. ' +
      'Open the page over https or on localhost, in a current browser.',
  );
}
