import { basename } from 'node:path';
import { WordPiece } from '../../src/engine/embedding/word-piece.ts';
import { readPairs, type TrainingPair } from './corpus.ts';
import { fnv1a, type OverlapCheck } from './overlap.ts';

/** Texts as token ids, one after the other. */
export class TokenLists {
  ids = new Uint16Array(1 << 20);
  offsets = new Float64Array(1 << 16);
  count = 0;

  push(tokens: Int32Array, length: number): void {
    const start = this.offsets[this.count]!;
    while (start + length > this.ids.length) {
      const larger = new Uint16Array(this.ids.length * 2);
      larger.set(this.ids);
      this.ids = larger;
    }
    if (this.count + 2 > this.offsets.length) {
      const larger = new Float64Array(this.offsets.length * 2);
      larger.set(this.offsets);
      this.offsets = larger;
    }
    for (let i = 0; i < length; i++) this.ids[start + i] = tokens[i]!;
    this.offsets[++this.count] = start + length;
  }
}

/** The corpus as the trainer wants it: pair i is `queries[i]` and `texts[i]`. */
export interface TokenisedPairs {
  readonly queries: TokenLists;
  readonly texts: TokenLists;
  /** Number of the file a pair is from. */
  readonly files: Uint8Array;
  /** Equal where the texts are equal. */
  readonly textKeys: Int32Array;
  readonly fileNames: readonly string[];
}

export interface TokeniseOptions {
  /** See `Recipe`. */
  readonly holdOutEvery: number;
  readonly wordnetEvery: number;
  readonly queryTokens: number;
  /** Kept of a text; crops are taken from these. */
  readonly textTokens: number;
  /** Texts whose words no pair may share. */
  readonly held: OverlapCheck;
  readonly log: (line: string) => void;
}

/** Of dialogues cut into turns, every fifth stretch of so many lines is kept out, because neighbouring turns belong together. */
const DIALOGUE_LINES = 50;
const DIALOGUE_SHARE = 5;

/** Reads and tokenises training files, without what is kept out for development. */
export function tokenisePairs(
  paths: readonly string[],
  wordPiece: WordPiece,
  { holdOutEvery, wordnetEvery, queryTokens, textTokens, held, log }: TokeniseOptions,
): TokenisedPairs {
  if (wordPiece.idCount > 65536) throw new Error('The vocabulary has more than 65,536 tokens.');
  const queries = new TokenLists();
  const texts = new TokenLists();
  const files: number[] = [];
  const textKeys: number[] = [];
  const query = new Int32Array(queryTokens);
  const text = new Int32Array(textTokens);
  paths.forEach((path, file) => {
    const name = basename(path);
    const isOut = heldOutRule(name, holdOutEvery);
    let kept = 0;
    let apart = 0;
    const every = name.startsWith('wordnet') ? wordnetEvery : 1;
    let line = -1;
    for (const pair of readPairs(path)) {
      line++;
      if (line % every !== 0) continue;
      if (isOut(pair, line) || held.overlaps(pair.query) || held.overlaps(pair.text)) {
        apart++;
        continue;
      }
      const queryLength = withoutUnknown(query, wordPiece.encodeInto(pair.query, query), wordPiece.unknownId);
      const textLength = withoutUnknown(text, wordPiece.encodeInto(pair.text, text), wordPiece.unknownId);
      if (queryLength === 0 || textLength === 0) continue;
      queries.push(query, queryLength);
      texts.push(text, textLength);
      files.push(file);
      textKeys.push(fnv1a(pair.text) | 0);
      kept++;
    }
    log(`${name}: ${kept} pairs, ${apart} kept out`);
  });
  return {
    queries,
    texts,
    files: Uint8Array.from(files),
    textKeys: Int32Array.from(textKeys),
    fileNames: paths.map((path) => basename(path)),
  };
}

/** Takes unknown words out, in place: they have no vector in use either. Returns how many tokens are left. */
function withoutUnknown(tokens: Int32Array, length: number, unknownId: number): number {
  let kept = 0;
  for (let i = 0; i < length; i++) if (tokens[i] !== unknownId) tokens[kept++] = tokens[i]!;
  return kept;
}

/** By document where a file has documents, so that no part of one is on both sides. WordNet has entries, and no collection is made from them. */
function heldOutRule(name: string, every: number): (pair: TrainingPair, line: number) => boolean {
  if (every === 0 || name.startsWith('wordnet')) return () => false;
  if (name.startsWith('taskmaster')) return (_, line) => Math.floor(line / DIALOGUE_LINES) % DIALOGUE_SHARE === 0;
  if (name.startsWith('sa_sgd')) return () => true;
  return ({ source, text }) => {
    const key = source.startsWith('PMC') ? source : `${source}\n${[...text.slice(0, 80)].slice(0, 40).join('')}`;
    return fnv1a(key) % every === 0;
  };
}
