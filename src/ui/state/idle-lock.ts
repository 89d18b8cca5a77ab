import type { AppState } from './app.svelte.ts';

const CHECK_MS = 15_000;
const SIGNS_OF_LIFE = ['pointerdown', 'pointermove', 'keydown', 'wheel', 'touchstart'] as const;

/**
 * Locks the library after `minutes()` without a sign of life; 0 means never. The clock is the system's, so a
 * computer that slept for long enough finds its library locked. Work in progress, and libraries that would be
 * lost by locking, are left alone.
 */
export function watchIdleness(minutes: () => number, app: AppState): () => void {
  let lastSignAt = Date.now();
  const note = (): void => {
    if (isOverdue()) void app.lock();
    else lastSignAt = Date.now();
  };
  const isOverdue = (): boolean => {
    if (app.isBusy) lastSignAt = Date.now();
    const limitMs = minutes() * 60_000;
    return limitMs > 0 && Date.now() - lastSignAt >= limitMs && !app.isSample && app.storage === 'disk';
  };
  const check = (): void => {
    if (isOverdue()) void app.lock();
  };
  for (const sign of SIGNS_OF_LIFE) addEventListener(sign, note, { passive: true });
  document.addEventListener('visibilitychange', check);
  const timer = setInterval(check, CHECK_MS);
  return () => {
    for (const sign of SIGNS_OF_LIFE) removeEventListener(sign, note);
    document.removeEventListener('visibilitychange', check);
    clearInterval(timer);
  };
}
