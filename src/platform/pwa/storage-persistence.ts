/** What the browser says of the space on this device. `usedBytes` and `quotaBytes` are its estimates. */
export interface StorageState {
  /** `persistent`: the browser will not clear the library by itself; `best-effort`: it may when space runs out. */
  readonly kind: 'persistent' | 'best-effort' | 'unknown';
  readonly usedBytes: number | undefined;
  readonly quotaBytes: number | undefined;
}

export async function storageState(): Promise<StorageState> {
  if (!('storage' in navigator)) return { kind: 'unknown', usedBytes: undefined, quotaBytes: undefined };
  const [isPersistent, estimate] = await Promise.all([navigator.storage.persisted(), navigator.storage.estimate()]);
  return {
    kind: isPersistent ? 'persistent' : 'best-effort',
    usedBytes: estimate.usage,
    quotaBytes: estimate.quota,
  };
}

/** Asks the browser to keep the library for good. Some ask the person, some decide by themselves. */
export async function requestPersistence(): Promise<boolean> {
  if (!('storage' in navigator)) return false;
  return (await navigator.storage.persisted()) || navigator.storage.persist();
}
