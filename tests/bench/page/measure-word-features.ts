import { knownItems } from '../contest/known-items.ts';
import { makePassages } from '../contest/made-passages.ts';
import { productWords, type Question } from '../contest/product-words.ts';
import { spread, type Figure } from '../figure.ts';

const K = 10;
const WARM_UP_QUERIES = 25;
/** One passage in so many names an error by its code. */
const PASSAGES_PER_CODE = 10;
const WORDS = 3;

export interface WordFeatureBench {
  readonly n: number;
  readonly queryCount: number;
}

/**
 * What each kind of question costs by words alone, over made passages: every known item is asked for in each way in turn, so
 * that what else the machine does falls on all alike.
 */
export async function measureWordFeatures({ n, queryCount }: WordFeatureBench): Promise<Figure[]> {
  const plain = makePassages(n);
  const passages = plain.map((text, at) => (at % PASSAGES_PER_CODE === 0 ? `${text} See ${codeOf(at)}.` : text));
  const product = productWords();
  await product.build(passages);
  const items = knownItems(plain, WARM_UP_QUERIES + queryCount);
  const samples = new Map<string, number[]>();
  for (const [at, { query, passage }] of items.entries()) {
    const other = items[(at + 1) % items.length]?.query ?? '';
    for (const [name, question] of Object.entries(questionsOf(query, plain[passage] ?? '', other, passage))) {
      const startedAt = performance.now();
      await product.ask(question, K);
      const tookMs = performance.now() - startedAt;
      if (at >= WARM_UP_QUERIES) samples.set(name, [...(samples.get(name) ?? []), tookMs]);
    }
  }
  return Array.from(samples, ([name, tookMs]) => ({
    bench: 'words',
    name,
    n,
    distribution: 'three words and more, kind by kind',
    ...spread(tookMs),
  }));
}

function questionsOf(query: string, text: string, other: string, passage: number): Record<string, Question> {
  const words = query.split(' ').slice(0, WORDS);
  const [first = '', ...rest] = words;
  const plain = words.join(' ');
  const phrase = text.split(' ').slice(3, 5).join(' ');
  return {
    'plain words': { query: plain },
    'with a phrase': { query: `${plain} ${phrase}`, phrases: [phrase] },
    'with an excluded word': { query: plain, excluded: [other.split(' ')[0] ?? ''] },
    'with the beginning of a word': { query: rest.join(' '), prefixes: [first.slice(0, 5)] },
    // No made word holds an x.
    'with a slip': { query: [`${first.slice(0, 3)}x${first.slice(3)}`, ...rest].join(' ') },
    'an identifier': { query: codeOf(passage - (passage % PASSAGES_PER_CODE)) },
  };
}

function codeOf(passage: number): string {
  return `ORA-${String(passage).padStart(6, '0')}`;
}
