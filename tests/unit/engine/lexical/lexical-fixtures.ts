import {
  type Bm25Parameters,
  type CollectionStatistics,
  DEFAULT_BM25,
  type LexicalSource,
  scanBm25,
} from '../../../../src/engine/lexical/bm25.ts';
import {
  FIELD_COUNT,
  lengthIn,
  type LexicalField,
  type LexicalSegment,
} from '../../../../src/engine/lexical/lexical-segment.ts';
import { type QuestionParts, parseLexicalQuery } from '../../../../src/engine/lexical/query-terms.ts';
import { weighTerms } from '../../../../src/engine/lexical/weigh-terms.ts';
import { TopK } from '../../../../src/engine/ranking/top-k.ts';

export type FieldTexts = Readonly<Record<LexicalField, string>>;

export function chunkOf(body: string, title = '', headings = '', fileName = ''): FieldTexts {
  return { body, title, headings, fileName };
}

export interface Part {
  readonly segment: LexicalSegment;
  readonly liveMask?: Uint8Array;
  readonly acceptMask?: Uint8Array;
}

export function sourcesOf(parts: readonly Part[]): LexicalSource[] {
  let firstKey = 0;
  return parts.map(({ segment, liveMask, acceptMask }) => {
    const source = { segment, firstKey, liveMask, acceptMask: acceptMask ?? liveMask };
    firstKey += segment.chunkCount;
    return source;
  });
}

export function statisticsOf(sources: readonly LexicalSource[]): CollectionStatistics {
  const fieldTotals = new Float64Array(FIELD_COUNT);
  const fieldCounts = new Float64Array(FIELD_COUNT);
  let chunkCount = 0;
  for (const { segment, liveMask } of sources) {
    for (let ordinal = 0; ordinal < segment.chunkCount; ordinal++) {
      if (liveMask?.[ordinal] === 0) continue;
      chunkCount++;
      for (let field = 0; field < FIELD_COUNT; field++) {
        const length = lengthIn(segment, ordinal, field);
        fieldTotals[field] = (fieldTotals[field] ?? 0) + length;
        if (length > 0) fieldCounts[field] = (fieldCounts[field] ?? 0) + 1;
      }
    }
  }
  return { chunkCount, fieldTotals, fieldCounts };
}

/** The best `k` for a question, as `[key, score]`, best first. */
export function searchIn(
  parts: readonly Part[],
  question: string | QuestionParts,
  k = 10,
  parameters: Bm25Parameters = DEFAULT_BM25,
  isPruned = true,
): [key: number, score: number][] {
  const sources = sourcesOf(parts);
  const statistics = statisticsOf(sources);
  const best = new TopK(k, (a, b) => a < b);
  const query = weighTerms(sources, statistics, parseLexicalQuery(question).terms, parameters);
  scanBm25(sources, statistics, query, best, parameters, isPruned);
  return best.drain().map(({ key, score }) => [key, score]);
}
