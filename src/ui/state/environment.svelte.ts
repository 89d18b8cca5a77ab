import { createSubscriber } from 'svelte/reactivity';
import { applyUpdate, watchForUpdate } from '../../platform/pwa/service-worker-registration.ts';
import { canInstall, watchInstallPrompt } from '../../platform/pwa/install-prompt.ts';

/** Whether a newer version waits, whether the app can be installed, and whether there is a network. */
class Environment {
  #isUpdateReady = false;

  readonly #followUpdate = createSubscriber((update) =>
    watchForUpdate(() => {
      this.#isUpdateReady = true;
      update();
    }),
  );

  readonly #followInstall = createSubscriber((update) => watchInstallPrompt(update));

  readonly #followNetwork = createSubscriber((update) => {
    addEventListener('online', update);
    addEventListener('offline', update);
    return () => {
      removeEventListener('online', update);
      removeEventListener('offline', update);
    };
  });

  get isUpdateReady(): boolean {
    this.#followUpdate();
    return this.#isUpdateReady;
  }

  get canInstall(): boolean {
    this.#followInstall();
    return canInstall();
  }

  get isOnline(): boolean {
    this.#followNetwork();
    return navigator.onLine;
  }

  /** Puts the waiting version in place; the page reloads, and a library comes back locked. */
  applyUpdate(): void {
    applyUpdate();
  }
}

export type { Environment };
export const makeEnvironment = (): Environment => new Environment();
