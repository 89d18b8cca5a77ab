import type { FusedEntry } from './fuser.ts';

/** What alignment adds beside 1 for words and meaning together; see docs/engine.md, "Alignment". */
export const ALIGNMENT_WEIGHT = 0.5;
/** Candidates whose words are looked at one by one: the best by words and meaning. */
export const ALIGNED_CANDIDATES = 100;
/** Candidates, on both sides in the ranking, that one whose tokens are not at hand is taken to be like. */
const NEIGHBOURS = 4;

export interface AlignableEntry extends FusedEntry {
  readonly wordsPart?: number;
  readonly meaningPart?: number;
}

export interface AlignedEntry extends AlignableEntry {
  /** What alignment adds to `score`. */
  readonly alignmentPart?: number;
  /** See `TokenAligner`; absent where the passage's tokens are not at hand. */
  readonly alignment?: number;
}

/**
 * Adds a third signal to a ranking by words and meaning:
 *
 *   score = (fused + γ · alignment / max alignment) / (1 + γ)
 *
 * `fused` is best first, with scores in [0, 1]; `alignments` are those of its first entries, each `undefined` where it is not
 * known. Such a one is taken to be like the mean of those next to it in the ranking, so that it neither gains nor loses a
 * place for want of data. Entries beyond get none. Where nothing is known, or nothing is alike, the ranking stays as it is.
 */
export function addAlignment(
  fused: readonly AlignableEntry[],
  alignments: readonly (number | undefined)[],
  isBefore: (left: number, right: number) => boolean,
  weight = ALIGNMENT_WEIGHT,
): readonly AlignedEntry[] {
  const best = alignments.reduce<number>((most, value) => Math.max(most, value ?? 0), 0);
  if (best === 0 || weight === 0) return fused;
  const scale = 1 / (1 + weight);
  const aligned = fused.map(({ key, score, wordsPart, meaningPart }, at): AlignedEntry => {
    const alignment = alignments[at];
    const share = at < alignments.length ? (alignment ?? meanOfNeighbours(alignments, at)) / best : 0;
    const alignmentPart = scale * weight * share;
    return {
      key,
      score: scale * score + alignmentPart,
      ...(wordsPart !== undefined && { wordsPart: scale * wordsPart }),
      ...(meaningPart !== undefined && { meaningPart: scale * meaningPart }),
      alignmentPart,
      ...(alignment !== undefined && { alignment }),
    };
  });
  return aligned.sort((a, b) => b.score - a.score || (isBefore(a.key, b.key) ? -1 : 1));
}

/** Of the nearest that are known, as many above as below where there are. */
function meanOfNeighbours(values: readonly (number | undefined)[], at: number): number {
  const isKnown = (value: number | undefined): value is number => value !== undefined;
  const above = values.slice(0, at).filter(isKnown).slice(-NEIGHBOURS);
  const below = values
    .slice(at + 1)
    .filter(isKnown)
    .slice(0, NEIGHBOURS);
  const near = [...above, ...below];
  return near.reduce((sum, value) => sum + value, 0) / near.length;
}
