import { randomFrom } from '../made-text.ts';

export interface SoughtItem {
  readonly query: string;
  /** Any of them will do. */
  readonly passages: readonly number[];
}

export interface PassageCollection {
  readonly passages: readonly string[];
  /** What people asked, as they asked it. */
  readonly questions: readonly SoughtItem[];
}

export interface KnownItem {
  readonly query: string;
  readonly passage: number;
}

/** A word in more passages than this share tells little about which one is meant. */
const COMMON_SHARE = 0.02;
const SENTENCE_WORDS = 12;

/** Queries of 2 to 6 words of one passage each, none of them common in the collection: the passage is what is sought. */
export function knownItems(passages: readonly string[], count: number): KnownItem[] {
  const random = randomFrom(4711);
  const frequencies = new Map<string, number>();
  for (const passage of passages) {
    for (const word of wordsOf(passage)) frequencies.set(word, (frequencies.get(word) ?? 0) + 1);
  }
  const limit = passages.length * COMMON_SHARE;
  const items: KnownItem[] = [];
  while (items.length < count) {
    const passage = Math.floor(random() * passages.length);
    const telling = wordsOf(passages[passage]!).filter((word) => (frequencies.get(word) ?? 0) <= limit);
    const wanted = 2 + Math.floor(random() * 5);
    if (telling.length < wanted) continue;
    const chosen = Array.from({ length: wanted }, () => telling.splice(Math.floor(random() * telling.length), 1)[0]!);
    items.push({ query: chosen.join(' '), passage });
  }
  return items;
}

/**
 * For each item the passages that hold all words of its query: which of them it was taken from nobody can tell. They are
 * many where texts repeat themselves: for two queries in five in MedQuAD there is more than one.
 */
export function withEquals(passages: readonly string[], items: readonly KnownItem[]): SoughtItem[] {
  const wanted = items.map(({ query }) => wordsOf(query));
  const holders = new Map<string, Set<number>>();
  for (const word of wanted.flat()) holders.set(word, new Set());
  for (const [at, passage] of passages.entries()) for (const word of wordsOf(passage)) holders.get(word)?.add(at);
  return items.map(({ query, passage }, at) => {
    const [rarest = new Set<number>(), ...others] = (wanted[at] ?? [])
      .map((word) => holders.get(word) ?? new Set<number>())
      .sort((a, b) => a.size - b.size);
    const equals = [...rarest].filter((other) => others.every((holding) => holding.has(other)));
    return { query, passages: equals.includes(passage) ? equals : [passage, ...equals] };
  });
}

function wordsOf(text: string): string[] {
  return [...new Set(text.toLowerCase().match(/[\p{L}\p{N}]{3,}/gu) ?? [])];
}

/** Twelve words of one passage each as they stand there, function words and all. */
export function sentenceItems(passages: readonly string[], count: number): KnownItem[] {
  const random = randomFrom(815);
  const items: KnownItem[] = [];
  while (items.length < count) {
    const passage = Math.floor(random() * passages.length);
    const words = passages[passage]!.split(/\s+/);
    if (words.length < SENTENCE_WORDS) continue;
    const start = Math.floor(random() * (words.length - SENTENCE_WORDS + 1));
    items.push({ query: words.slice(start, start + SENTENCE_WORDS).join(' '), passage });
  }
  return items;
}

/** So many of the questions people asked, spread over all; fewer where there are fewer. */
export function askedItems({ questions }: PassageCollection, count: number): SoughtItem[] {
  const step = Math.max(1, Math.floor(questions.length / count));
  return questions.filter((_, at) => at % step === 0).slice(0, count);
}
