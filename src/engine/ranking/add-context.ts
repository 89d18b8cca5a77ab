import type { AlignedEntry } from './add-alignment.ts';

/** How much the passages beside a passage count, each, before brevity; see docs/engine.md, "Context". */
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
 * with λ = 0.3 · `strength`, δ = 0.5 · `strength`. A passage that stands alone in its document is taken to have neighbours like
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
  { neighboursOf, documentOf }: Surroundings,
  isBefore: (left: number, right: number) => boolean,
  strength: number,
): readonly ContextEntry[] {
  if (strength === 0) return entries;
  const scores = new Map<number, number>();
  const bests = new Map<number, number>();
  for (const { key, score } of entries) {
    const document = documentOf(key);
    scores.set(key, score);
    bests.set(document, Math.max(bests.get(document) ?? 0, score));
  }
  const besides = entries.map(({ key }) => {
    const neighbours = neighboursOf(key);
    if (neighbours.length === 0) return undefined;
    let sum = 0;
    for (const near of neighbours) sum += scores.get(near) ?? 0;
    return sum;
  });
  const usual = usualBeside(entries, besides);
  if (usual === undefined) return entries;
  const lambda = BESIDE * strength;
  const delta = BEST_OF_DOCUMENT * strength;
  const scale = 1 / (1 + 2 * lambda + delta);
  return entries
    .map((entry, at): ContextEntry => {
      const beside = besides[at];
      if (beside === undefined) return scaled(entry, scale * (1 + lambda * usual + delta));
      const best = bests.get(documentOf(entry.key)) ?? 0;
      return best === entry.score
        ? scaled(entry, scale * (1 + delta), scale * lambda * beside)
        : scaled(entry, scale, scale * (lambda * beside + delta * best));
    })
    .sort((a, b) => b.score - a.score || (isBefore(a.key, b.key) ? -1 : 1));
}

/** What stands beside a passage for each 1 of its score, among entries that have neighbours; `undefined` where none has. */
function usualBeside(entries: readonly AlignedEntry[], besides: readonly (number | undefined)[]): number | undefined {
  let own = 0;
  let around = 0;
  entries.forEach(({ score }, at) => {
    const beside = besides[at];
    if (beside === undefined) return;
    own += score;
    around += beside;
  });
  return own > 0 ? Math.min(2, around / own) : undefined;
}

function scaled(entry: AlignedEntry, by: number, contextPart?: number): ContextEntry {
  const { key, score, wordsPart, meaningPart, alignmentPart, alignment } = entry;
  return {
    key,
    score: by * score + (contextPart ?? 0),
    ...(wordsPart !== undefined && { wordsPart: by * wordsPart }),
    ...(meaningPart !== undefined && { meaningPart: by * meaningPart }),
    ...(alignmentPart !== undefined && { alignmentPart: by * alignmentPart }),
    ...(alignment !== undefined && { alignment }),
    ...(contextPart !== undefined && { contextPart }),
  };
}
