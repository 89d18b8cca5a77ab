import { provePolicy, type BootBlock } from '../../platform/pwa/boot.ts';
import type { Settings } from '../../domain/settings.ts';
import type { StorageKind, UnlockOutcome, UnlockSecret, VaultStatus } from '../../../workers/core/api.ts';
import { CoreConnection, type Core } from './core.svelte.ts';
import { ImportState } from './imports.svelte.ts';
import { LibraryState } from './library.svelte.ts';
import { NoticeState } from './notices.svelte.ts';
import { NOTICES } from '../text/notices.ts';

/** Which of its faces the app shows. Content exists only while `open`. */
export type Phase =
  | { readonly kind: 'booting' }
  | { readonly kind: 'blocked'; readonly reason: BootBlock; readonly message: string }
  | { readonly kind: 'crashed'; readonly message: string }
  | { readonly kind: 'welcome' }
  | { readonly kind: 'create' }
  | { readonly kind: 'recovery-code'; readonly code: string }
  | { readonly kind: 'locked'; readonly hasRecoveryCode: boolean }
  | { readonly kind: 'held-elsewhere' }
  | { readonly kind: 'unreadable'; readonly message: string }
  | { readonly kind: 'locking' }
  | { readonly kind: 'open'; readonly isSample: boolean };

/** What the whole window shares: the phase, the core worker, and what it says of the open library. */
export class AppState {
  readonly notices = new NoticeState();
  readonly library: LibraryState;
  readonly imports: ImportState;

  #phase = $state.raw<Phase>({ kind: 'booting' });
  #storage = $state.raw<StorageKind>('disk');
  #settings = $state.raw<Settings>();
  #workCount = $state(0);
  #connection: CoreConnection | undefined;
  #session = new AbortController();
  #guarding: Promise<boolean> | undefined;

  constructor() {
    this.library = new LibraryState();
    this.imports = new ImportState(() => this.core, this.notices);
  }

  get phase(): Phase {
    return this.#phase;
  }

  get storage(): StorageKind {
    return this.#storage;
  }

  get isSample(): boolean {
    return this.#phase.kind === 'open' && this.#phase.isSample;
  }

  /** The open library's settings; only screens of the `open` phase may ask. */
  get settings(): Settings {
    if (this.#settings === undefined) throw new Error('Settings are known only while a library is open.');
    return this.#settings;
  }

  get core(): Core {
    if (this.#connection === undefined) throw new Error('The core worker has not been started.');
    return this.#connection.core;
  }

  /** True while going away would interrupt something: an import, or an answer being written. */
  get isBusy(): boolean {
    return this.#workCount > 0 || this.imports.isRunning || this.library.view?.isImporting === true;
  }

  /** Says that something is under way that an update or an idle lock must not interrupt. Returns how to end that. */
  beginWork(): () => void {
    this.#workCount++;
    let isOver = false;
    return () => {
      if (!isOver) this.#workCount--;
      isOver = true;
    };
  }

  /** Shows why the page may not open a library here. */
  block(reason: BootBlock, message: string): void {
    this.#phase = { kind: 'blocked', reason, message };
  }

  /** Starts the core worker and shows what it finds on this device. */
  async start(): Promise<void> {
    this.#connection = new CoreConnection((error) => {
      this.#leaveSession();
      this.#phase = { kind: 'crashed', message: error.message };
    });
    try {
      await this.#showStatus();
    } catch (error) {
      this.#phase = { kind: 'crashed', message: messageOf(error) };
    }
  }

  showCreate(): void {
    this.#phase = { kind: 'create' };
    void this.#isGuarded();
  }

  showWelcome(): void {
    this.#phase = { kind: 'welcome' };
  }

  /** Makes the vault; the recovery code is shown before the library. Throws what core throws. */
  async createVault(passphrase: Uint8Array): Promise<void> {
    if (!(await this.#isGuarded())) return;
    const { recoveryCode } = await this.core.createVault(passphrase);
    this.#phase = { kind: 'recovery-code', code: recoveryCode };
  }

  async unlock(secret: UnlockSecret): Promise<UnlockOutcome> {
    const outcome = await this.core.unlock(secret);
    if (outcome.kind === 'open') await this.enter(false);
    if (outcome.kind === 'held-elsewhere') this.#phase = { kind: 'held-elsewhere' };
    return outcome;
  }

  async openSample(): Promise<void> {
    if (!(await this.#isGuarded())) return;
    await this.core.openSample();
    await this.enter(true);
  }

  /** Shows the library that core has opened. */
  async enter(isSample: boolean): Promise<void> {
    this.#settings = await this.core.settings();
    this.#session = new AbortController();
    this.library.watch(this.core, this.#session.signal, {
      onTakenOver: () => void this.lock(),
      onProblem: (error) => this.notices.problem(NOTICES.libraryViewLost, error),
    });
    this.#phase = { kind: 'open', isSample };
  }

  async updateSettings(patch: Partial<Settings>): Promise<void> {
    this.#settings = await this.core.updateSettings(patch);
  }

  async reloadSettings(): Promise<void> {
    this.#settings = await this.core.settings();
  }

  /** Takes the library over from the tab that has it open. Throws when that tab does not let go. */
  async takeOver(): Promise<void> {
    await this.core.takeOver();
    await this.#showStatus();
  }

  /**
   * Locks: content leaves the page at once, work stops at a safe point, the worker with the keys is ended, and
   * the page is loaded afresh so that nothing it held stays in memory.
   */
  async lock(): Promise<void> {
    if (this.#phase.kind === 'locking') return;
    this.#leaveSession();
    this.#phase = { kind: 'locking' };
    try {
      await withTimeout(this.core.prepareToLock(), PREPARE_TIMEOUT_MS);
    } catch (error) {
      console.warn('The library was locked before its work had come to a stop.', messageOf(error));
    }
    this.#connection?.terminate();
    location.reload();
  }

  /** Puts the backup that core has staged in the library's place, and shows it locked. */
  async replaceByBackup(): Promise<void> {
    await this.core.replaceByBackup();
    this.#leaveSession();
    this.#phase = { kind: 'locking' };
    this.#connection?.terminate();
    location.replace('#/ask');
    location.reload();
  }

  async deleteVault(): Promise<void> {
    await this.core.deleteVault();
    this.#leaveSession();
    this.#phase = { kind: 'locking' };
    this.#connection?.terminate();
    location.replace('#/ask');
    location.reload();
  }

  #leaveSession(): void {
    this.#session.abort();
    this.imports.forget();
    this.library.forget();
    this.notices.clear();
    this.#settings = undefined;
  }

  async #showStatus(): Promise<void> {
    const status = await this.core.vaultStatus();
    // Where there is no library yet there is nothing to guard until one is made.
    if (status.kind === 'none' || (await this.#isGuarded())) this.#show(status);
  }

  /** Whether the browser keeps this page from contacting strangers; tried once. If not, says why nothing is opened. */
  #isGuarded(): Promise<boolean> {
    this.#guarding ??= this.#guard();
    return this.#guarding;
  }

  async #guard(): Promise<boolean> {
    // The development server serves the page without the policy.
    if (import.meta.env.DEV) return true;
    const refusal = await provePolicy();
    if (refusal !== undefined) this.block(refusal.reason, refusal.message);
    return refusal === undefined;
  }

  #show(status: VaultStatus): void {
    switch (status.kind) {
      case 'none':
        this.#storage = status.storage;
        this.#phase = { kind: 'welcome' };
        return;
      case 'locked':
        this.#storage = status.storage;
        this.#phase = { kind: 'locked', hasRecoveryCode: status.hasRecoveryCode };
        return;
      case 'held-elsewhere':
        this.#phase = { kind: 'held-elsewhere' };
        return;
      case 'open':
        this.#storage = status.storage;
        void this.enter(status.isSample);
        return;
      case 'unreadable':
        this.#phase = { kind: 'unreadable', message: status.message };
    }
  }
}

const PREPARE_TIMEOUT_MS = 4000;

async function withTimeout(work: Promise<void>, timeoutMs: number): Promise<void> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const expiry = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      reject(new Error(`Not done after ${timeoutMs} ms.`));
    }, timeoutMs);
  });
  try {
    await Promise.race([work, expiry]);
  } finally {
    clearTimeout(timer);
  }
}

/** The sentence an error was written with. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
