import { type Bm25Parameters, type CollectionStatistics, DEFAULT_BM25, type LexicalSource } from './bm25.ts';
import { DictionaryReader, type FoundList } from './dictionary-reader.ts';
import { WantedStem } from './find-stem.ts';
import type { LexicalSegment } from './lexical-segment.ts';
import { PostingCursor } from './postings.ts';
import { prefixForms } from './prefix-forms.ts';
import { type QueryTerm, stemsOf } from './query-terms.ts';
import { closestStems } from './typo.ts';

/** A term of the question with its weight, and where each source holds it. */
export interface WeightedTerm extends QueryTerm {
  /** Of the term in any of its forms; 0 where the library does not contain it. */
  readonly idf: number;
  /** What an endless number of occurrences would score, forms typed just so apart. */
  readonly gain: number;
  /** No chunk can get more from this term. */
  readonly bound: number;
  /** The stems searched for instead, where the library does not contain the term. */
  readonly corrections: readonly string[];
  /** What each form adds in a chunk that holds it just so: as places in `forms`. */
  readonly exactGains: readonly number[];
  /** Its lists in each source; empty where it does not occur. */
  readonly lists: readonly (readonly FoundList[])[];
}

export interface WeightedQuery {
  /** Without function words that stand beside others. */
  readonly terms: readonly WeightedTerm[];
  /** All that is searched by, the weightiest first. */
  readonly scanned: readonly WeightedTerm[];
}

const readers = new WeakMap<LexicalSegment, DictionaryReader>();

function readerOf(segment: LexicalSegment): DictionaryReader {
  const known = readers.get(segment);
  if (known !== undefined) return known;
  const reader = new DictionaryReader(segment);
  readers.set(segment, reader);
  return reader;
}

/** Looks the question's terms up and counts, exactly, the live chunks that hold them. */
export function weighTerms(
  sources: readonly LexicalSource[],
  statistics: CollectionStatistics,
  terms: readonly QueryTerm[],
  parameters: Bm25Parameters = DEFAULT_BM25,
  forgivesTypos = true,
): WeightedQuery {
  const ofSources = sources.map(({ segment }) => readerOf(segment));
  let languageMask = 0;
  for (const { segment } of sources) languageMask |= segment.languageMask;
  const weigher = new TermWeigher(sources, ofSources, statistics, languageMask, parameters, forgivesTypos);
  const weighed = terms.map((term) => weigher.weigh(term));
  const scanned = weighed.filter(({ gain }) => gain > 0).sort((a, b) => b.bound - a.bound);
  return { terms: weighed.filter(({ isFunctionWord }) => !isFunctionWord), scanned };
}

/** Of a source that does not hold a term. */
const NOTHING: readonly FoundList[] = [];
/** What a word one or two letters away counts for. */
const CORRECTION_WEIGHTS = [1, 0.6, 0.4];

class TermWeigher {
  readonly #sources: readonly LexicalSource[];
  readonly #readers: readonly DictionaryReader[];
  readonly #statistics: CollectionStatistics;
  readonly #languageMask: number;
  readonly #parameters: Bm25Parameters;
  readonly #forgivesTypos: boolean;

  constructor(
    sources: readonly LexicalSource[],
    readers: readonly DictionaryReader[],
    statistics: CollectionStatistics,
    languageMask: number,
    parameters: Bm25Parameters,
    forgivesTypos: boolean,
  ) {
    this.#sources = sources;
    this.#readers = readers;
    this.#statistics = statistics;
    this.#languageMask = languageMask;
    this.#parameters = parameters;
    this.#forgivesTypos = forgivesTypos;
  }

  weigh(term: QueryTerm): WeightedTerm {
    const { k1, exactWeight, functionWordWeight } = this.#parameters;
    let found = term.isPrefix ? this.#prefixLists(term) : this.#formLists(term);
    const idf = this.#idf(found.chunkCount);
    let gainIdf = idf;
    let weight = term.isFunctionWord ? functionWordWeight : 1;
    let corrections: readonly string[] = [];
    if (this.#forgivesTypos && found.chunkCount === 0 && !term.isPrefix && !term.isFunctionWord) {
      const closest = closestStems(this.#readers, term.forms[0]?.form ?? '');
      if (closest.stems.length > 0) {
        corrections = closest.stems;
        found = this.#stemLists(
          closest.stems.map((stem) => new WantedStem(stem)),
          0,
        );
        gainIdf = this.#idf(found.chunkCount);
        weight *= CORRECTION_WEIGHTS[closest.distance] ?? 0;
      }
    }
    const gain = weight * term.count * gainIdf * (k1 + 1);
    const exactGains: number[] = [];
    let bound = gain;
    if (!term.isFunctionWord && !term.isPrefix && exactWeight > 0) {
      for (const [place, { count }] of term.forms.entries()) {
        const exactGain = exactWeight * count * this.#idf(found.exactCounts[place] ?? 0) * (k1 + 1);
        exactGains.push(exactGain);
        bound += exactGain;
      }
    }
    const { lists } = found;
    return { ...term, idf, gain, bound, corrections, exactGains, lists };
  }

  #idf(frequency: number): number {
    if (frequency === 0) return 0;
    const { chunkCount } = this.#statistics;
    const holders = Math.min(frequency, chunkCount);
    return Math.log(1 + (chunkCount - holders + 0.5) / (holders + 0.5));
  }

  #formLists({ forms }: QueryTerm): FoundLists {
    const stems = new Map<string, WantedStem>();
    for (const [place, { form }] of forms.entries()) {
      for (const stem of stemsOf(form, this.#languageMask)) {
        const wanted = stems.get(stem) ?? new WantedStem(stem);
        wanted.addForm(form, place);
        stems.set(stem, wanted);
      }
    }
    return this.#stemLists([...stems.values()], forms.length);
  }

  /**
   * The lists of all forms of these stems, with the typed forms told apart. Where languages give a word several stems, a
   * chunk counts once for each of them.
   */
  #stemLists(wanted: readonly WantedStem[], formCount: number): FoundLists {
    let chunkCount = 0;
    const exactCounts = new Array<number>(formCount).fill(0);
    const lists: (readonly FoundList[])[] = [];
    let spare: FoundList[] = [];
    for (const source of this.#sources) {
      const ofSource = spare;
      for (const stem of wanted) {
        const before = ofSource.length;
        const ofStem = stem.find(source.segment, ofSource);
        if (ofStem === 0) continue;
        chunkCount += source.liveMask === undefined ? ofStem : countLive(source, ofSource.slice(before));
      }
      if (ofSource.length === 0) {
        lists.push(NOTHING);
        continue;
      }
      spare = [];
      lists.push(ofSource);
      for (const list of ofSource) {
        if (list.typed < 0) continue;
        const count = source.liveMask === undefined ? list.count : countLive(source, [list]);
        exactCounts[list.typed] = (exactCounts[list.typed] ?? 0) + count;
      }
    }
    return { lists, chunkCount, exactCounts };
  }

  #prefixLists({ forms }: QueryTerm): FoundLists {
    const prefix = forms[0]?.form ?? '';
    let chunkCount = 0;
    const lists = this.#sources.map((source, index): FoundList[] => {
      const reader = this.#readers[index];
      const ofSource = reader === undefined ? [] : prefixForms(reader, prefix);
      chunkCount += countLive(source, ofSource);
      return ofSource;
    });
    return { lists, chunkCount, exactCounts: [] };
  }
}

interface FoundLists {
  readonly lists: readonly (readonly FoundList[])[];
  readonly chunkCount: number;
  /** Chunks that hold each form that was typed, just so. */
  readonly exactCounts: readonly number[];
}

const BATCH_SIZE = 1024;
const BATCH = {
  ordinals: new Uint32Array(BATCH_SIZE),
  bodies: new Uint8Array(BATCH_SIZE),
  sides: new Uint8Array(BATCH_SIZE),
};

/** Live chunks that are in any of the lists. */
function countLive({ segment, liveMask }: LexicalSource, lists: readonly FoundList[]): number {
  if (lists.length === 0) return 0;
  const seen = lists.length > 1 ? new Uint8Array(segment.chunkCount) : undefined;
  let count = 0;
  for (const list of lists) {
    const cursor = new PostingCursor(segment, list);
    while (cursor.ordinal < segment.chunkCount) {
      const taken = cursor.take(segment.chunkCount, BATCH);
      for (let i = 0; i < taken; i++) {
        const ordinal = BATCH.ordinals[i] ?? 0;
        if (seen?.[ordinal] === 1 || liveMask?.[ordinal] === 0) continue;
        if (seen !== undefined) seen[ordinal] = 1;
        count++;
      }
    }
  }
  return count;
}

/** Used for one look-up after another: there are hundreds for the hits of one question. */
let probe: PostingCursor | undefined;

/** Whether a chunk holds a term, in any of its forms. */
export function holdsTerm(term: WeightedTerm, sourceIndex: number, source: LexicalSource, ordinal: number): boolean {
  for (const list of term.lists[sourceIndex] ?? []) {
    if (probe === undefined) probe = new PostingCursor(source.segment, list);
    else probe.reset(source.segment, list);
    probe.seek(ordinal);
    if (probe.ordinal === ordinal) return true;
  }
  return false;
}
