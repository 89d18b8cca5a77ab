export interface LruOptions<K> {
  /** The most that the sizes may add up to; read anew each time. */
  readonly capacity: () => number;
  /** Things in steady use: they go only when nothing else is left to go. */
  readonly isInUse?: (key: K) => boolean;
}

/** A map that forgets what was used longest ago once the sum of sizes passes its capacity; one thing it always holds. */
export class LruMap<K, V> {
  readonly #entries = new Map<K, { readonly value: V; readonly size: number }>();
  readonly #options: LruOptions<K>;
  #size = 0;

  constructor(options: LruOptions<K> | number) {
    this.#options = typeof options === 'number' ? { capacity: () => options } : options;
  }

  get size(): number {
    return this.#size;
  }

  find(key: K): V | undefined {
    const entry = this.#entries.get(key);
    if (!entry) return undefined;
    this.#entries.delete(key);
    this.#entries.set(key, entry);
    return entry.value;
  }

  put(key: K, value: V, size: number): void {
    this.delete(key);
    this.#entries.set(key, { value, size });
    this.#size += size;
    const { isInUse } = this.#options;
    if (isInUse) this.#evict(key, (oldest) => !isInUse(oldest));
    this.#evict(key, () => true);
  }

  delete(key: K): void {
    const entry = this.#entries.get(key);
    if (!entry) return;
    this.#entries.delete(key);
    this.#size -= entry.size;
  }

  clear(): void {
    this.#entries.clear();
    this.#size = 0;
  }

  #evict(newest: K, mayGo: (key: K) => boolean): void {
    const capacity = this.#options.capacity();
    for (const oldest of this.#entries.keys()) {
      if (this.#size <= capacity) return;
      if (oldest !== newest && mayGo(oldest)) this.delete(oldest);
    }
  }
}
