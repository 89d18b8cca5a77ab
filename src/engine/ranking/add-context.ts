import type { AlignedEntry } from './add-alignment.ts';
import type { FusedEntry } from './fuser.ts';

/** Terms that the library's passages have on average where they need no context. */
const LENGTH_WITHOUT_CONTEXT = 120;
/** How much the passages beside a passage count, each, at full strength; see docs/engine.md, "Context". */
const BESIDE = 0.3;
/** How much the best passage of its document counts. */
const BEST_OF_DOCUMENT = 0.5;
/** Of either list, the passages whose neighbours are looked at even where nothing found them. */
export const CONTEXT_CANDIDATES = 50;

export interface ContextEntry extends AlignedEntry {
  /** What other passages of its document add to `score`. */
  readonly contextPart?: number;
}

export interface Surroundings {
  /** The passages before and after one in its document, at most two. */
  readonly neighboursOf: (key: number) => readonly number[];
  /** Some number that passages of one document share, and no others. */
  readonly documentOf: (key: number) => number;
}

/**
 * Lets the other passages of its document speak for a passage, as far as their own scores s go:
 *
 *   score = (s + λ · (s of the one before + s of the one after) + δ · (best s of its document)) / (1 + 2λ + δ)
 *
 * with λ = 0.3 · `strength`, δ = 0.5 · `strength`; see `contextStrength`. A passage that stands alone in its document is taken to have neighbours like
 * those of the others, in proportion to its own score, so that it neither gains nor loses a place for want of them; one at
 * its document's beginning or end has one. A neighbour that is not among `entries` counts as 0. Where no entry has
 * any, or `strength` is 0, the entries, which are best first, are left as they are.
 *
 * Neighbours: Fernández, Losada, Azzopardi, "Extending the language modeling framework for sentence retrieval to include
 * local context", Information Retrieval 14(4), 2011; Carmel, Shtok, Kurland, "Position-based contextualization for passage
 * retrieval", CIKM 2013. The document's best passage: Callan, "Passage-level evidence in document retrieval", SIGIR 1994;
 * Bendersky, Kurland, "Utilizing passage-based language models for document retrieval", ECIR 2008.
 */
export function addContext(
  entries: readonly AlignedEntry[],
  surroundings: Surroundings,
  isBefore: (left: number, right: number) => boolean,
  strength: number,
): readonly ContextEntry[] {
  const parts = weighContext(entries, surroundings, strength);
  if (parts === undefined) return entries;
  return entries
    .map((entry, at) => scaled(entry, parts.shares[at] ?? 1, parts.contexts[at] ?? 0))
    .sort((a, b) => b.score - a.score || (isBefore(a.key, b.key) ? -1 : 1));
}

/**
 * 1 for the shortest passages, less the longer they are, 0 from 120 terms on average: of a few words the context is half the
 * sense, a page brings its own.
 */
export function contextStrength(meanLength: number): number {
  return Math.max(0, 1 - meanLength / LENGTH_WITHOUT_CONTEXT);
}

/** The entries as they are, in the order that `addContext` would give them. */
export function orderByContext<Entry extends FusedEntry>(
  entries: readonly Entry[],
  surroundings: Surroundings,
  isBefore: (left: number, right: number) => boolean,
  strength: number,
): readonly Entry[] {
  const parts = weighContext(entries, surroundings, strength);
  if (parts === undefined) return entries;
  return entries
    .map((entry, at) => ({ entry, score: scoreOf(entry, parts.shares[at] ?? 1, parts.contexts[at] ?? 0) }))
    .sort((a, b) => b.score - a.score || (isBefore(a.entry.key, b.entry.key) ? -1 : 1))
    .map(({ entry }) => entry);
}

/**
 * For each entry, what its own score is multiplied by and what is added from its context (NaN for one that stands alone);
 * `undefined` where nothing has a neighbour.
 */
function weighContext(
  entries: readonly FusedEntry[],
  { neighboursOf, documentOf }: Surroundings,
  strength: number,
): { readonly shares: Float64Array; readonly contexts: Float64Array } | undefined {
  if (strength === 0) return undefined;
  const scores = new Map<number, number>();
  const bests = new Map<number, number>();
  const documents = entries.map(({ key, score }) => {
    const document = documentOf(key);
    scores.set(key, score);
    bests.set(document, Math.max(bests.get(document) ?? 0, score));
    return document;
  });
  const besides = Float64Array.from(entries, ({ key }) => {
    const neighbours = neighboursOf(key);
    if (neighbours.length === 0) return NaN;
    let sum = 0;
    for (const near of neighbours) sum += scores.get(near) ?? 0;
    return sum;
  });
  const usual = usualBeside(entries, besides);
  if (usual === undefined) return undefined;
  const lambda = BESIDE * strength;
  const delta = BEST_OF_DOCUMENT * strength;
  const scale = 1 / (1 + 2 * lambda + delta);
  const shares = new Float64Array(entries.length);
  const contexts = besides;
  entries.forEach(({ score }, at) => {
    const beside = besides[at] ?? NaN;
    const best = bests.get(documents[at] ?? -1) ?? 0;
    const isBest = best === score;
    shares[at] = scale * (1 + (Number.isNaN(beside) ? lambda * usual + delta : isBest ? delta : 0));
    contexts[at] = scale * (lambda * beside + (isBest ? 0 : delta * best));
  });
  return { shares, contexts };
}

/** What stands beside a passage for each 1 of its score, among entries that have neighbours; `undefined` where none has. */
function usualBeside(entries: readonly FusedEntry[], besides: Float64Array): number | undefined {
  let own = 0;
  let around = 0;
  entries.forEach(({ score }, at) => {
    const beside = besides[at] ?? NaN;
    if (Number.isNaN(beside)) return;
    own += score;
    around += beside;
  });
  return own > 0 ? Math.min(2, around / own) : undefined;
}

function scoreOf({ score }: FusedEntry, share: number, context: number): number {
  return share * score + (Number.isNaN(context) ? 0 : context);
}

function scaled(entry: AlignedEntry, by: number, context: number): ContextEntry {
  const { key, wordsPart, meaningPart, alignmentPart, alignment } = entry;
  return {
    key,
    score: scoreOf(entry, by, context),
    ...(wordsPart !== undefined && { wordsPart: by * wordsPart }),
    ...(meaningPart !== undefined && { meaningPart: by * meaningPart }),
    ...(alignmentPart !== undefined && { alignmentPart: by * alignmentPart }),
    ...(alignment !== undefined && { alignment }),
    ...(!Number.isNaN(context) && { contextPart: context }),
  };
}
