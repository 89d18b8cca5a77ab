import { InvalidInputError } from '../../src/domain/errors.ts';
import type { FusionOutcome } from '../../src/domain/hit.ts';
import {
  addAlignment,
  ALIGNED_CANDIDATES,
  type AlignableEntry,
  type AlignedEntry,
} from '../../src/engine/ranking/add-alignment.ts';
import type { TokenAligner } from '../../src/engine/ranking/alignment.ts';
import type { SearchRequest } from './api.ts';
import type { SearchKeys } from './search-keys.ts';

export interface AlignmentContext {
  readonly request: SearchRequest;
  readonly fusion: FusionOutcome;
  readonly keys: SearchKeys;
  /** The same in the order that context gives: of these the first are aligned. */
  readonly orderedInContext: (entries: readonly AlignableEntry[]) => readonly AlignableEntry[];
  /** Of the request's model; absent while its token vectors are not there. */
  readonly aligner?: TokenAligner;
}

/** Whether the words of this request can be aligned, and are to be. */
export function isAligned(
  { queryTokens, modelKey, alignmentWeight }: SearchRequest,
  aligner: TokenAligner | undefined,
): boolean {
  return aligner !== undefined && queryTokens !== undefined && modelKey !== undefined && alignmentWeight !== 0;
}

/**
 * Orders what words and meaning found anew by how well the single words of the question are met. Only where both had a
 * say; passages whose tokens are not in memory keep their places among the others (see `addAlignment`).
 */
export function alignFused(
  fused: readonly AlignableEntry[],
  { request, fusion, keys, orderedInContext, aligner }: AlignmentContext,
): readonly AlignedEntry[] {
  const { queryTokens, modelKey, alignmentWeight } = request;
  if (!aligner || !queryTokens || modelKey === undefined || fusion.method !== 'convex') return fused;
  if (alignmentWeight !== undefined && !(alignmentWeight >= 0 && alignmentWeight < Infinity)) {
    throw new InvalidInputError('The weight of alignment must be a number of at least 0.');
  }
  const ordered = orderedInContext(fused);
  const lists = ordered.slice(0, ALIGNED_CANDIDATES).map(({ key }) => {
    const { segment, ordinal } = keys.placeOf(key);
    return segment.vectors.get(modelKey)?.tokens?.at(ordinal);
  });
  const known = lists.filter((list) => list !== undefined);
  const scores = aligner.align(queryTokens, known);
  let next = 0;
  const alignments = lists.map((list) => (list === undefined ? undefined : scores[next++]));
  return addAlignment(ordered, alignments, keys.isBefore, alignmentWeight);
}
