import type { AlignedEntry } from './add-alignment.ts';

/** What the passages around a passage add beside 1 for its own score, before brevity; see docs/engine.md, "Context". */
export const CONTEXT_WEIGHT = 0.25;
/** Of either list, the passages whose neighbours are looked at even where nothing found them. */
export const CONTEXT_CANDIDATES = 50;

export interface ContextEntry extends AlignedEntry {
  /** What the passages before and after it in its document add to `score`. */
  readonly contextPart?: number;
}

/**
 * Lets the passages next to a passage speak for it, as far as their own scores go:
 *
 *   score = (s + λ · (s of the one before + s of the one after)) / (1 + 2λ)
 *
 * A passage that stands alone in its document is taken to have a context like that of the others, in proportion to its own
 * score, so that it neither gains nor loses a place for want of neighbours; one at its document's beginning or end has one
 * neighbour. `entries` are best first; a neighbour that is not among them counts as 0. Where no entry has one, or `weight`
 * (λ) is 0, they are left as they are.
 *
 * Local context and contextualisation: Fernández, Losada, Azzopardi, "Extending the language modeling framework for sentence
 * retrieval to include local context", Information Retrieval 14(4), 2011; Carmel, Shtok, Kurland, "Position-based
 * contextualization for passage retrieval", CIKM 2013.
 */
export function addContext(
  entries: readonly AlignedEntry[],
  neighboursOf: (key: number) => readonly number[],
  isBefore: (left: number, right: number) => boolean,
  weight: number,
): readonly ContextEntry[] {
  if (weight === 0) return entries;
  const scores = new Map(entries.map(({ key, score }) => [key, score]));
  const contexts = entries.map(({ key }) => {
    const neighbours = neighboursOf(key);
    if (neighbours.length === 0) return undefined;
    let sum = 0;
    for (const near of neighbours) sum += scores.get(near) ?? 0;
    return sum;
  });
  const usual = usualContext(entries, contexts);
  if (usual === undefined) return entries;
  const scale = 1 / (1 + 2 * weight);
  const scaleAlone = scale * (1 + weight * usual);
  return entries
    .map((entry, at): ContextEntry => {
      const context = contexts[at];
      return context === undefined ? scaled(entry, scaleAlone) : scaled(entry, scale, scale * weight * context);
    })
    .sort((a, b) => b.score - a.score || (isBefore(a.key, b.key) ? -1 : 1));
}

/** Context for each 1 of score, among entries that have neighbours; `undefined` where none has. */
function usualContext(entries: readonly AlignedEntry[], contexts: readonly (number | undefined)[]): number | undefined {
  let own = 0;
  let around = 0;
  entries.forEach(({ score }, at) => {
    const context = contexts[at];
    if (context === undefined) return;
    own += score;
    around += context;
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
