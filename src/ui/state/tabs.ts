import type { AppState } from './app.svelte.ts';

const CHANNEL = 'commonplace.tabs';
const ASK_TO_LOCK = 'lock-please';

/**
 * One library is open in one tab at a time. A tab that wants it asks the others to lock; they do so at a safe
 * point, which frees the library for the one that asked. The worst a false message can do is lock a library.
 */
export function watchOtherTabs(app: AppState): () => void {
  const channel = new BroadcastChannel(CHANNEL);
  channel.addEventListener('message', (event: MessageEvent<unknown>) => {
    if (event.data === ASK_TO_LOCK && app.phase.kind === 'open' && !app.isSample) void app.lock();
  });
  return () => {
    channel.close();
  };
}

const RETRY_MS = 250;
const GIVE_UP_MS = 8000;

/** Asks the tab that holds the library to lock, and waits for it. Resolves to whether it let go. */
export async function takeOver(app: AppState): Promise<boolean> {
  const channel = new BroadcastChannel(CHANNEL);
  channel.postMessage(ASK_TO_LOCK);
  channel.close();
  const giveUpAt = performance.now() + GIVE_UP_MS;
  while (performance.now() < giveUpAt) {
    await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
    await app.recheck();
    if (app.phase.kind !== 'held-elsewhere') return true;
  }
  return false;
}
