/**
 * Each tab holds a shared Web Lock named after the script it was started with. The browser lets go of it when the
 * tab is gone, however it went; so the service worker can tell which older builds are still in use.
 */
const PREFIX = 'commonplace-tab ';

/** Held until the tab is gone. `scriptUrl`: the address of the page's entry script. */
export function holdTabLock(scriptUrl: string): void {
  void navigator.locks.request(PREFIX + scriptUrl, { mode: 'shared' }, () => new Promise(() => undefined));
}

export function isTabLock(name: string): boolean {
  return name.startsWith(PREFIX);
}

/** The entry script's address. `name` is one that `isTabLock` accepts. */
export function scriptOfTabLock(name: string): string {
  return name.slice(PREFIX.length);
}
