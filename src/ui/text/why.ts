import type { HitExplanation, SearchExplanation } from '../../domain/explanation.ts';
import type { FusionFeature, FusionOutcome, StageTimings } from '../../domain/hit.ts';
import { count } from './format.ts';

/** Words of “Why this?”: how a passage came to its place. */
export const WHY = {
  title: 'Why this?',
  sourcesTitle: 'Why these sources?',
  terms: 'Words found',
  noTerms: 'None of your words: it was found by its meaning.',
  byWords: 'By words',
  byMeaning: 'By meaning',
  notInList: 'not in the list',
  together: 'Together',
  weight: 'Balance',
  secondStage: 'Second look',
  same: 'Says the same',
  samePassages: (n: number) => `${count(n, 'other passage', 'other passages')}, left out`,
  kept: 'Read from',
  nearMisses: 'Just below',
  times: 'Time',
} as const;

const TIERS = {
  hot: 'an answer kept from before',
  warm: 'memory',
  cold: 'the disk, decrypted for this question',
} as const;

const FEATURES: Readonly<Record<FusionFeature, readonly [forMeaning: string, forWords: string]>> = {
  modelStrength: ['how well the model does', 'a small model'],
  nearness: ['a passage close in meaning', 'nothing very close in meaning'],
  clarity: ['one passage stands out in meaning', 'many passages alike in meaning'],
  brevity: ['long passages', 'short passages'],
  commonShare: ['telling words', 'words that are all over the library'],
  identifierShare: ['no codes or numbers', 'codes or numbers'],
  unknownShare: ['words your library does not know', 'words your library knows'],
  termCount: ['the length of the question', 'the length of the question'],
  rarity: ['how rare its words are', 'how rare its words are'],
  coverage: ['how much of it stands in one place', 'how much of it stands in one place'],
  agreement: ['how far words and meaning agree', 'how far words and meaning agree'],
};

export interface WhyRow {
  readonly label: string;
  readonly text: string;
}

/** What is to be said of one result, row by row; nothing is said of what did not happen. */
export function whyRows(hit: HitExplanation, { fusion, timings, tier }: SearchExplanation): WhyRow[] {
  const rows: WhyRow[] = [{ label: WHY.terms, text: hit.terms.length > 0 ? hit.terms.join(', ') : WHY.noTerms }];
  rows.push({ label: WHY.byWords, text: listPlace(hit.lexicalRank, hit.lexicalScore, 1) });
  if (fusion.method !== 'words') rows.push({ label: WHY.byMeaning, text: listPlace(hit.denseRank, hit.denseScore, 2) });
  rows.push({ label: WHY.together, text: togetherText(hit) });
  const weight = weightText(fusion);
  if (weight !== undefined) rows.push({ label: WHY.weight, text: weight });
  if (hit.rerankScore !== undefined) rows.push({ label: WHY.secondStage, text: hit.rerankScore.toFixed(2) });
  if (hit.duplicateCount > 0) rows.push({ label: WHY.same, text: WHY.samePassages(hit.duplicateCount) });
  if (tier !== undefined) rows.push({ label: WHY.kept, text: TIERS[tier] });
  rows.push({ label: WHY.times, text: timesText(timings) });
  return rows;
}

function listPlace(rank: number | undefined, score: number | undefined, digits: number): string {
  const scored = score === undefined ? undefined : `score ${score.toFixed(digits)}`;
  return [rank === undefined ? WHY.notInList : `place ${rank}`, scored].filter((part) => part !== undefined).join(', ');
}

function togetherText({ place, score, why }: HitExplanation): string {
  const wordForWord = why?.alignmentPart === undefined ? '' : ` + ${why.alignmentPart.toFixed(2)} word for word`;
  const context = (why?.contextPart ?? 0).toFixed(2);
  const around = context === '0.00' ? '' : ` + ${context} from the passages around it`;
  const sum =
    why && ` (${why.wordsPart.toFixed(2)} by words + ${why.meaningPart.toFixed(2)} by meaning${wordForWord}${around})`;
  return `place ${place}, score ${score < 0.1 ? score.toFixed(3) : score.toFixed(2)}${sum ?? ''}`;
}

/** How much meaning counted, and the two things that moved it most; `undefined` where there was nothing to weigh. */
export function weightText({ method, meaningWeight, reasons }: FusionOutcome): string | undefined {
  if (method === 'words' || method === 'meaning') return undefined;
  if (method === 'rrf') return 'Both lists had an equal say.';
  const share = Math.round(100 * meaningWeight);
  const named = reasons
    .filter(({ effect }) => Math.abs(effect) >= 0.05)
    .slice(0, 2)
    .map(({ feature, effect }) => `${FEATURES[feature][effect > 0 ? 0 : 1]} (for ${effect > 0 ? 'meaning' : 'words'})`);
  const because = named.length > 0 ? `, because of ${named.join(' and ')}` : '';
  return `${share}% meaning, ${100 - share}% words${because}`;
}

function timesText({ embedMs, lexicalMs, denseMs, fuseMs, rerankMs, readMs, totalMs }: StageTimings): string {
  const stages: readonly (readonly [string, number | undefined])[] = [
    ['question', embedMs],
    ['words', lexicalMs],
    ['meaning', denseMs],
    ['joining', fuseMs],
    ['second look', rerankMs],
    ['reading', readMs],
  ];
  const told = stages.flatMap(([stage, ms]) => (ms === undefined ? [] : `${stage} ${milliseconds(ms)}`));
  return `${milliseconds(totalMs)} in all${told.length > 0 ? `: ${told.join(', ')}` : ''}`;
}

function milliseconds(ms: number): string {
  return ms < 10 ? `${ms.toFixed(1)} ms` : `${Math.round(ms)} ms`;
}
