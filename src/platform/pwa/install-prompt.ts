/** Chromium's event; no standard has it, and other browsers install through their own menus. */
interface BeforeInstallPromptEvent extends Event {
  prompt(): Promise<{ readonly outcome: 'accepted' | 'dismissed' }>;
}

let captured: BeforeInstallPromptEvent | undefined;
let listeners: (() => void)[] = [];

/** Keeps the browser's offer to install for when the person asks for it. Call first thing: it comes only once. */
export function captureInstallPrompt(): void {
  globalThis.addEventListener('beforeinstallprompt', (event) => {
    event.preventDefault();
    captured = event as BeforeInstallPromptEvent;
    announce();
  });
  globalThis.addEventListener('appinstalled', () => {
    captured = undefined;
    announce();
  });
}

/** True when the app can be installed from here and is not yet. */
export function canInstall(): boolean {
  return captured !== undefined;
}

/** Calls `onChange` when `canInstall()` may have changed. Returns the way to stop listening. */
export function watchInstallPrompt(onChange: () => void): () => void {
  listeners.push(onChange);
  return () => {
    listeners = listeners.filter((listener) => listener !== onChange);
  };
}

/** Shows the browser's dialog; must be called from a click. `unavailable`: this browser offers none. */
export async function promptInstall(): Promise<'accepted' | 'dismissed' | 'unavailable'> {
  const event = captured;
  if (event === undefined) return 'unavailable';
  // The browser lets each event be used once.
  captured = undefined;
  announce();
  const { outcome } = await event.prompt();
  return outcome;
}

function announce(): void {
  for (const listener of listeners) listener();
}
