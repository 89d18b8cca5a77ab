import type { IndexSegment } from './index-segment.ts';

export interface PassagePlace {
  readonly segment: IndexSegment;
  readonly ordinal: number;
}

/** In `#homes`: no segment holds the document, or it is not in one run of ascending positions in one segment. */
const NOWHERE = 0;
const SCATTERED = -1;

/**
 * Which passages stand next to each other in their document, however they are spread over segments. Four bytes for each
 * document and nothing more where its passages lie together, as they do unless it was large or changed.
 */
export class PassageOrder {
  /** By document number: the number of its segment, `NOWHERE` or `SCATTERED`. */
  #homes = new Int32Array(1024);
  readonly #scattered = new Map<number, Set<IndexSegment>>();
  readonly #numbers = new Map<IndexSegment, number>();
  readonly #segments = new Map<number, IndexSegment>();
  #nextNumber = 1;

  add(segment: IndexSegment): void {
    if (segment.positions === undefined) return;
    const number = this.#nextNumber++;
    this.#numbers.set(segment, number);
    this.#segments.set(number, segment);
    forEachRun(segment, (document) => {
      if (document >= this.#homes.length) this.#grow(document);
      const home = this.#homes[document] ?? NOWHERE;
      if (home === NOWHERE) {
        this.#homes[document] = number;
        return;
      }
      const former = this.#segments.get(home);
      const segments = this.#scattered.get(document) ?? new Set(former && [former]);
      segments.add(segment);
      this.#scattered.set(document, segments);
      this.#homes[document] = SCATTERED;
    });
  }

  remove(segment: IndexSegment): void {
    const number = this.#numbers.get(segment);
    if (number === undefined) return;
    this.#numbers.delete(segment);
    this.#segments.delete(number);
    forEachRun(segment, (document) => {
      const segments = this.#scattered.get(document);
      segments?.delete(segment);
      if (segments !== undefined && segments.size > 0) return;
      this.#scattered.delete(document);
      this.#homes[document] = NOWHERE;
    });
  }

  /** Whether the passage at the next (`step` 1) or former (-1) ordinal is alive and next to this one in its document. */
  isBeside({ documentNumbers, positions, live }: IndexSegment, ordinal: number, step: -1 | 1): boolean {
    const beside = ordinal + step;
    return (
      positions !== undefined &&
      live[beside] === 1 &&
      documentNumbers[beside] === documentNumbers[ordinal] &&
      positions[beside] === (positions[ordinal] ?? 0) + step
    );
  }

  /** The nearest living passage after this one in its document, or, with `step` -1, before it; none where the order is not known. */
  nextTo(segment: IndexSegment, ordinal: number, step: -1 | 1): PassagePlace | undefined {
    const { positions, documentNumbers, live } = segment;
    const document = documentNumbers[ordinal];
    if (positions === undefined || document === undefined) return undefined;
    if (this.isBeside(segment, ordinal, step)) return { segment, ordinal: ordinal + step };
    if (this.#homes[document] === SCATTERED) return this.#nearest(segment, ordinal, document, step);
    for (let at = ordinal + step; documentNumbers[at] === document; at += step) {
      if (live[at] === 1) return { segment, ordinal: at };
    }
    return undefined;
  }

  /** Looks through every segment the document has passages in. Among equal positions the smaller chunk id is taken. */
  #nearest(from: IndexSegment, ordinal: number, document: number, step: -1 | 1): PassagePlace | undefined {
    const own = from.positions?.[ordinal] ?? 0;
    let best: PassagePlace | undefined;
    let bestDistance = Infinity;
    for (const segment of this.#scattered.get(document) ?? []) {
      const { documentNumbers, positions, live, chunkIds } = segment;
      if (positions === undefined) continue;
      for (let at = documentNumbers.indexOf(document); at >= 0; at = documentNumbers.indexOf(document, at + 1)) {
        const distance = step * ((positions[at] ?? 0) - own);
        if (live[at] !== 1 || distance <= 0 || distance > bestDistance) continue;
        const isTie = distance === bestDistance && best !== undefined;
        if (isTie && chunkIds.compare(at, best!.segment.chunkIds, best!.ordinal) > 0) continue;
        best = { segment, ordinal: at };
        bestDistance = distance;
      }
    }
    return best;
  }

  #grow(document: number): void {
    const homes = new Int32Array(Math.max(document + 1, this.#homes.length * 2));
    homes.set(this.#homes);
    this.#homes = homes;
  }
}

/** Calls once for each run of one document's passages in ascending positions. */
function forEachRun({ documentNumbers, positions }: IndexSegment, call: (document: number) => void): void {
  let last = -1;
  let lastPosition = 0;
  for (let ordinal = 0; ordinal < documentNumbers.length; ordinal++) {
    const document = documentNumbers[ordinal] ?? 0;
    const position = positions?.[ordinal] ?? 0;
    if (document !== last || position <= lastPosition) call(document);
    last = document;
    lastPosition = position;
  }
}
