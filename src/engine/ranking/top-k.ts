/**
 * Keeps the `k` best of a stream of scored numbers in a binary heap whose root is the worst kept. Equal scores are
 * decided by `isBefore`, so that the outcome does not depend on the order of offers.
 */
export class TopK {
  readonly #k: number;
  readonly #isBefore: (left: number, right: number) => boolean;
  #scores: Float64Array;
  #keys: Float64Array;
  #length = 0;

  /** `isBefore(a, b)`: among equals, key `a` is the better one. */
  constructor(k: number, isBefore: (left: number, right: number) => boolean) {
    this.#k = k;
    this.#isBefore = isBefore;
    const capacity = Math.min(k, 64);
    this.#scores = new Float64Array(capacity);
    this.#keys = new Float64Array(capacity);
  }

  /** Scores below this cannot get in any more; equal ones might. */
  get threshold(): number {
    return this.#length < this.#k ? -Infinity : (this.#scores[0] ?? -Infinity);
  }

  offer(score: number, key: number): void {
    if (this.#length < this.#k) {
      if (this.#length === this.#scores.length) this.#grow();
      this.#siftUp(this.#length++, score, key);
    } else if (this.#k > 0 && this.#isWorse(this.#scores[0] ?? 0, this.#keys[0] ?? 0, score, key)) {
      this.#siftDown(score, key);
    }
  }

  /** What was kept, best first. */
  drain(): { readonly score: number; readonly key: number }[] {
    const kept: { score: number; key: number }[] = [];
    for (let i = 0; i < this.#length; i++) kept.push({ score: this.#scores[i] ?? 0, key: this.#keys[i] ?? 0 });
    this.#length = 0;
    return kept.sort((a, b) => b.score - a.score || (this.#isBefore(a.key, b.key) ? -1 : 1));
  }

  #isWorse(score: number, key: number, thanScore: number, thanKey: number): boolean {
    return score < thanScore || (score === thanScore && this.#isBefore(thanKey, key));
  }

  #grow(): void {
    const size = Math.min(this.#k, this.#scores.length * 2);
    const scores = new Float64Array(size);
    const keys = new Float64Array(size);
    scores.set(this.#scores);
    keys.set(this.#keys);
    this.#scores = scores;
    this.#keys = keys;
  }

  #siftUp(start: number, score: number, key: number): void {
    let at = start;
    while (at > 0) {
      const parent = (at - 1) >>> 1;
      const parentScore = this.#scores[parent] ?? 0;
      const parentKey = this.#keys[parent] ?? 0;
      if (!this.#isWorse(score, key, parentScore, parentKey)) break;
      this.#scores[at] = parentScore;
      this.#keys[at] = parentKey;
      at = parent;
    }
    this.#scores[at] = score;
    this.#keys[at] = key;
  }

  #siftDown(score: number, key: number): void {
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= this.#length) break;
      const right = child + 1;
      const scores = this.#scores;
      const keys = this.#keys;
      if (
        right < this.#length &&
        this.#isWorse(scores[right] ?? 0, keys[right] ?? 0, scores[child] ?? 0, keys[child] ?? 0)
      ) {
        child = right;
      }
      const childScore = scores[child] ?? 0;
      const childKey = keys[child] ?? 0;
      if (!this.#isWorse(childScore, childKey, score, key)) break;
      scores[at] = childScore;
      keys[at] = childKey;
      at = child;
    }
    this.#scores[at] = score;
    this.#keys[at] = key;
  }
}
