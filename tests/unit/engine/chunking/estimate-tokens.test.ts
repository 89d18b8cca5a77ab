import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { AutoTokenizer, env } from '@huggingface/transformers';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { estimateTokens, tokenEstimatorFor } from '../../../../src/engine/chunking/estimate-tokens.ts';

const MATERIAL = process.env['COMMONPLACE_MATERIAL'] ?? join(import.meta.dirname, '../../../../../shared');
const TOKENIZERS = join(MATERIAL, 'models/tokenizers');
const TEXTS = join(MATERIAL, 'docs');

describe('estimating tokens', () => {
  it('counts a word or a mark as at least one token, and nothing as none', () => {
    expect(estimateTokens('')).toBe(0);
    expect(estimateTokens(' \n\t')).toBe(0);
    expect(estimateTokens('Hello, world!')).toBeGreaterThanOrEqual(4);
    expect(estimateTokens('东京大学')).toBeGreaterThanOrEqual(4);
  });

  it('never makes a whole dearer than its parts, so that a budget can be added up', () => {
    const estimate = tokenEstimatorFor('the cat sat on the mat and it was good for all of us');
    fc.assert(
      fc.property(fc.array(fc.string({ unit: 'grapheme', maxLength: 40 }), { maxLength: 12 }), (parts) => {
        const sum = parts.reduce((total, part) => total + estimate(part), 0);
        expect(estimate(parts.join(' '))).toBeLessThanOrEqual(sum);
      }),
      { seed: 11, numRuns: 300 },
    );
  });

  it('takes time in proportion to the text', () => {
    const started = performance.now();
    estimateTokens('words and numbers 12345 日本語 '.repeat(100_000));
    expect(performance.now() - started).toBeLessThan(1_500);
  });
});

describe.skipIf(!existsSync(TOKENIZERS))('estimating tokens against the tokenizer of all-MiniLM-L6-v2', () => {
  let count: (text: string) => number;
  beforeAll(async () => {
    env.allowRemoteModels = false;
    env.localModelPath = TOKENIZERS;
    const tokenizer = await AutoTokenizer.from_pretrained('Xenova/all-MiniLM-L6-v2');
    count = (text) => tokenizer.encode(text, { add_special_tokens: false }).length;
  });

  it.each([
    [
      'a novel',
      () => readFileSync(join(TEXTS, 'text/unstructured/book-war-and-peace-1225p.txt'), 'utf8').slice(0, 300_000),
    ],
    ['English notes', () => notes('vault/obsidian-help-en')],
    ['German notes', () => notes('vault/obsidian-help-de')],
    ['abstracts', () => passages('scifact')],
    ['Chinese passages', () => passages('xquad-zh')],
    ['messages', () => passages('locomo')],
  ])('does not undercount %s by more than 2 %%', (_, load) => {
    const text = load();
    const estimate = tokenEstimatorFor(text);
    let real = 0;
    let estimated = 0;
    let low = 0;
    let pieces = 0;
    for (let at = 0; at < text.length; at += 2_000) {
      const piece = text.slice(at, at + 2_000);
      const tokens = count(piece);
      const guess = estimate(piece);
      real += tokens;
      estimated += guess;
      pieces++;
      if (guess < tokens * 0.9) low++;
    }
    expect(estimated / real).toBeGreaterThan(0.98);
    expect(estimated / real).toBeLessThan(1.35);
    // Single passages may stray further, but seldom far.
    expect(low / pieces).toBeLessThan(0.08);
  });
});

function notes(folder: string): string {
  const files = readdirSync(join(TEXTS, folder), { recursive: true, encoding: 'utf8' }).filter((name) =>
    name.endsWith('.md'),
  );
  return files
    .sort()
    .map((name) => readFileSync(join(TEXTS, folder, name), 'utf8'))
    .join('\n')
    .slice(0, 300_000);
}

function passages(collection: string): string {
  const lines = readFileSync(join(MATERIAL, 'data', collection, 'corpus.jsonl'), 'utf8')
    .split('\n')
    .slice(0, 400);
  return lines
    .filter((line) => line !== '')
    .map((line) => (JSON.parse(line) as { text: string }).text)
    .join('\n')
    .slice(0, 300_000);
}
