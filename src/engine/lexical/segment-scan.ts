import type { TopK } from '../ranking/top-k.ts';
import type { FieldNorms, LexicalSource } from './bm25.ts';
import { PostingCursor } from './postings.ts';
import type { FoundList } from './dictionary-reader.ts';
import type { WeightedTerm } from './weigh-terms.ts';

/** Ordinals scored together: their sums stay in the processor's first cache, and the bar rises from one to the next. */
const WINDOW = 8192;
/** The first is small: all of its chunks are scored, since there is no bar yet. */
const FIRST_WINDOW = 512;
/** Below one accepted chunk in so many, the accepted ones are looked up instead of walking the lists. */
const SPARSE = 32;
/** Bounds are sums in another order than scores are: they may fall short by rounding. */
export const ROUNDING = 1 + 1e-9;

// Used by one scan after another, each leaving zeros behind: a scan does not yield.
const SCORES = new Float64Array(WINDOW);
const TOUCHED = new Uint16Array(WINDOW);
/** tf~ of the term at hand, where it has several forms. */
const FREQUENCIES = new Float64Array(WINDOW);
const TOUCHED_BY_TERM = new Uint16Array(WINDOW);
const BATCH = { ordinals: new Uint32Array(WINDOW), bodies: new Uint8Array(WINDOW), sides: new Uint8Array(WINDOW) };

/** A term of the question in the segment at hand. */
class ScanTerm {
  /** The first `length` of them are in use. */
  readonly cursors: PostingCursor[] = [];
  /** What the form of each list adds. */
  readonly exactGains: number[] = [];
  length = 0;
  postings = 0;
  gain = 0;
  /** Most that this term and all after it can add. */
  boundOfRest = 0;

  reset({ segment }: LexicalSource, term: WeightedTerm, lists: readonly FoundList[], boundOfRest: number): void {
    this.length = lists.length;
    this.gain = term.gain;
    this.boundOfRest = boundOfRest;
    this.postings = 0;
    for (let i = 0; i < lists.length; i++) {
      const list = lists[i];
      if (list === undefined) continue;
      const cursor = this.cursors[i];
      if (cursor === undefined) this.cursors.push(new PostingCursor(segment, list));
      else cursor.reset(segment, list);
      this.exactGains[i] = list.typed < 0 ? 0 : (term.exactGains[list.typed] ?? 0);
      this.postings += list.count;
    }
  }
}

/** As `SCORES`: what one scan has used, the next uses again. */
const SCAN_TERMS: ScanTerm[] = [];

/**
 * Scores one segment, window by window, term after term, the weightiest first. Terms that together cannot lift a chunk
 * over the bar of the heap are looked up only for the chunks that hold others (MaxScore: Turtle and Flood,
 * "Query evaluation: strategies and optimizations", Information Processing & Management 31(6), 1995).
 */
export class SegmentScan {
  readonly #source: LexicalSource;
  readonly #terms = SCAN_TERMS;
  #termCount = 0;
  readonly #norms: FieldNorms;
  readonly #isPruned: boolean;
  readonly #scores = SCORES;
  readonly #touched = TOUCHED;
  #touchedCount = 0;

  constructor(
    source: LexicalSource,
    terms: readonly WeightedTerm[],
    sourceIndex: number,
    norms: FieldNorms,
    isPruned: boolean,
  ) {
    this.#source = source;
    this.#norms = norms;
    this.#isPruned = isPruned;
    let boundOfRest = 0;
    // The weightiest term comes last, so that each knows what those after it in the question's order can add.
    for (let i = terms.length - 1; i >= 0; i--) {
      const term = terms[i];
      const lists = term?.lists[sourceIndex];
      if (term === undefined || lists === undefined || lists.length === 0) continue;
      boundOfRest += term.bound * ROUNDING;
      const scanTerm = (SCAN_TERMS[this.#termCount] ??= new ScanTerm());
      scanTerm.reset(source, term, lists, boundOfRest);
      this.#termCount++;
    }
  }

  /** The weightiest is at 0. */
  #term(place: number): ScanTerm | undefined {
    return this.#terms[this.#termCount - 1 - place];
  }

  run(best: TopK): void {
    const { segment, acceptMask } = this.#source;
    const isSparse = acceptMask !== undefined && countOnes(acceptMask) * SPARSE < segment.chunkCount;
    for (let base = 0; base < segment.chunkCount;) {
      const threshold = this.#isPruned ? best.threshold : -Infinity;
      const end = Math.min(base + (threshold === -Infinity ? FIRST_WINDOW : WINDOW), segment.chunkCount);
      const essential = this.#essentialTerms(threshold);
      if (essential === 0) return;
      this.#scanWindow(best, essential, threshold, base, end, isSparse ? acceptMask : undefined);
      base = end;
    }
  }

  /** `only`: few chunks are accepted, and these are looked up. */
  #scanWindow(
    best: TopK,
    essential: number,
    threshold: number,
    base: number,
    end: number,
    only: Uint8Array | undefined,
  ): void {
    if (only !== undefined) this.#touchAccepted(only, base, end);
    else for (let i = 0; i < essential; i++) this.#addWindow(this.#term(i), base, end);
    if (this.#touchedCount === 0) return;
    this.#addRest(only === undefined ? essential : 0, threshold, base, end);
    this.#offer(best, base);
  }

  /** How many terms, from the first, a chunk must hold at least one of to reach the threshold. */
  #essentialTerms(threshold: number): number {
    let essential = 0;
    while (essential < this.#termCount && (this.#term(essential)?.boundOfRest ?? 0) >= threshold) essential++;
    return essential;
  }

  #touchAccepted(acceptMask: Uint8Array, base: number, end: number): void {
    for (let at = acceptMask.indexOf(1, base); at >= 0 && at < end; at = acceptMask.indexOf(1, at + 1)) {
      this.#touched[this.#touchedCount++] = at - base;
    }
  }

  /** Adds the remaining terms to the chunks touched, dropping those that cannot reach the threshold any more. */
  #addRest(first: number, threshold: number, base: number, end: number): void {
    for (let i = first; i < this.#termCount; i++) {
      const term = this.#term(i);
      if (term === undefined) return;
      if (threshold > 0 && first > 0) this.#dropHopeless(threshold - term.boundOfRest, base);
      if (this.#touchedCount === 0) return;
      const inWindow = (term.postings * (end - base)) / this.#source.segment.chunkCount;
      if (this.#touchedCount * 8 < inWindow || first === 0) this.#addTouched(term, base);
      else this.#addWindow(term, base, end, true);
    }
  }

  #dropHopeless(least: number, base: number): void {
    const { acceptMask } = this.#source;
    let kept = 0;
    for (let i = 0; i < this.#touchedCount; i++) {
      const at = this.#touched[i] ?? 0;
      if ((this.#scores[at] ?? 0) < least || acceptMask?.[base + at] === 0) this.#scores[at] = 0;
      else this.#touched[kept++] = at;
    }
    this.#touchedCount = kept;
  }

  #offer(best: TopK, base: number): void {
    const { acceptMask, firstKey } = this.#source;
    let threshold = best.threshold;
    for (let i = 0; i < this.#touchedCount; i++) {
      const at = this.#touched[i] ?? 0;
      const score = this.#scores[at] ?? 0;
      this.#scores[at] = 0;
      if (score === 0 || score < threshold || acceptMask?.[base + at] === 0) continue;
      best.offer(score, firstKey + base + at);
      threshold = best.threshold;
    }
    this.#touchedCount = 0;
  }

  /** Adds a term to every chunk of the window that holds it, or only to those touched before. */
  #addWindow(term: ScanTerm | undefined, base: number, end: number, onlyTouched = false): void {
    if (term === undefined) return;
    const { cursors, exactGains, gain, length } = term;
    const { k1 } = this.#norms;
    let found = 0;
    for (let i = 0; i < length; i++) {
      const cursor = cursors[i];
      if (cursor === undefined || cursor.ordinal >= end) continue;
      cursor.seek(base);
      const count = cursor.take(end, BATCH);
      if (length === 1) this.#addBatch(count, base, gain, exactGains[i] ?? 0, onlyTouched);
      else found = this.#gatherBatch(count, base, exactGains[i] ?? 0, onlyTouched, found);
    }
    for (let i = 0; i < found; i++) {
      const at = TOUCHED_BY_TERM[i] ?? 0;
      const frequency = FREQUENCIES[at] ?? 0;
      FREQUENCIES[at] = 0;
      this.#add(at, (gain * frequency) / (k1 + frequency));
    }
  }

  /** The only form of a term: its score is known at once. */
  #addBatch(count: number, base: number, gain: number, exactGain: number, onlyTouched: boolean): void {
    const { ordinals, bodies, sides } = BATCH;
    const { bodyLengths, sideLengths } = this.#source.segment;
    const { k1, bodyWeight, bodyFlat, bodySlope } = this.#norms;
    const scores = this.#scores;
    const touched = this.#touched;
    let touchedCount = this.#touchedCount;
    for (let i = 0; i < count; i++) {
      const ordinal = ordinals[i] ?? 0;
      const at = ordinal - base;
      let score = scores[at] ?? 0;
      if (score === 0) {
        if (onlyTouched) continue;
        touched[touchedCount++] = at;
      }
      const length = bodyLengths[ordinal] ?? 0;
      let frequency = (bodyWeight * (bodies[i] ?? 0)) / (bodyFlat + bodySlope * length);
      const side = sides[i] ?? 0;
      if (side !== 0) frequency += this.#norms.sideFrequency(side, sideLengths, ordinal);
      if (exactGain > 0) score += (exactGain * frequency) / (k1 + frequency);
      scores[at] = score + (gain * frequency) / (k1 + frequency);
    }
    this.#touchedCount = touchedCount;
  }

  /** One of several forms: gathers frequencies, and adds what the form itself scores. Returns how many are gathered. */
  #gatherBatch(count: number, base: number, exactGain: number, onlyTouched: boolean, gathered: number): number {
    const { ordinals, bodies, sides } = BATCH;
    const { bodyLengths, sideLengths } = this.#source.segment;
    const { k1, bodyWeight, bodyFlat, bodySlope } = this.#norms;
    let found = gathered;
    for (let i = 0; i < count; i++) {
      const ordinal = ordinals[i] ?? 0;
      const at = ordinal - base;
      if (onlyTouched && this.#scores[at] === 0) continue;
      const length = bodyLengths[ordinal] ?? 0;
      let frequency = (bodyWeight * (bodies[i] ?? 0)) / (bodyFlat + bodySlope * length);
      const side = sides[i] ?? 0;
      if (side !== 0) frequency += this.#norms.sideFrequency(side, sideLengths, ordinal);
      const before = FREQUENCIES[at] ?? 0;
      if (before === 0) TOUCHED_BY_TERM[found++] = at;
      FREQUENCIES[at] = before + frequency;
      if (exactGain > 0) this.#add(at, (exactGain * frequency) / (k1 + frequency));
    }
    return found;
  }

  #add(at: number, gained: number): void {
    const before = this.#scores[at] ?? 0;
    if (before === 0) this.#touched[this.#touchedCount++] = at;
    this.#scores[at] = before + gained;
  }

  /** Looks a term up for each chunk touched. */
  #addTouched({ cursors, exactGains, gain, length }: ScanTerm, base: number): void {
    const { k1 } = this.#norms;
    sortFirst(this.#touched, this.#touchedCount);
    for (let n = 0; n < this.#touchedCount; n++) {
      const at = this.#touched[n] ?? 0;
      let sum = 0;
      let score = this.#scores[at] ?? 0;
      for (let i = 0; i < length; i++) {
        const cursor = cursors[i];
        if (cursor === undefined) continue;
        cursor.seek(base + at);
        if (cursor.ordinal !== base + at) continue;
        const frequency = this.#frequencyAt(cursor);
        sum += frequency;
        const exactGain = exactGains[i] ?? 0;
        if (exactGain > 0) score += (exactGain * frequency) / (k1 + frequency);
      }
      if (sum > 0) this.#scores[at] = score + (gain * sum) / (k1 + sum);
    }
  }

  /** tf~ of the posting a cursor stands on. */
  #frequencyAt(cursor: PostingCursor): number {
    const { bodyLengths, sideLengths } = this.#source.segment;
    const norms = this.#norms;
    const { ordinal } = cursor;
    const frequency =
      (norms.bodyWeight * cursor.body) / (norms.bodyFlat + norms.bodySlope * (bodyLengths[ordinal] ?? 0));
    return cursor.side === 0 ? frequency : frequency + norms.sideFrequency(cursor.side, sideLengths, ordinal);
  }
}

/** Up to so many are put in order by insertion; they mostly are already. */
const FEW = 32;

function sortFirst(values: Uint16Array, count: number): void {
  if (count > FEW) {
    values.subarray(0, count).sort();
    return;
  }
  for (let i = 1; i < count; i++) {
    const value = values[i] ?? 0;
    let at = i;
    for (; at > 0 && (values[at - 1] ?? 0) > value; at--) values[at] = values[at - 1] ?? 0;
    values[at] = value;
  }
}

function countOnes(mask: Uint8Array): number {
  let count = 0;
  for (const value of mask) count += value;
  return count;
}
