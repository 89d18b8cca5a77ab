import { describe, expect, it } from 'vitest';
import { findQuote, findUnchangedQuote } from '../../../../src/engine/chunking/reanchor.ts';

const quote = (exact: string, prefix = '', suffix = ''): { exact: string; prefix: string; suffix: string } => ({
  exact,
  prefix,
  suffix,
});
const found = (text: string, range: { start: number; end: number } | undefined): string | undefined =>
  range && text.slice(range.start, range.end);

describe('finding a quote again', () => {
  it('finds it as it stands, and of several the one in the same surroundings', () => {
    const text = 'Monday: it rained. Tuesday: it rained. Wednesday: it rained.';
    expect(findQuote(text, quote('it rained.', 'Tuesday: ', ' Wednesday'))).toEqual({ start: 28, end: 38 });
    expect(findQuote(text, quote('it rained.'))).toEqual({ start: 8, end: 18 });
  });

  it('does not mind line ends, hyphenation and case', () => {
    const text = 'Before. The Ef-\nficient   machine\nworks  well. After.';
    expect(found(text, findQuote(text, quote('the efficient machine works well.')))).toBe(
      'The Ef-\nficient   machine\nworks  well.',
    );
  });

  it('finds a passage that has been edited', () => {
    const old =
      'The committee met on Monday to discuss the new budget, and after a long debate it agreed to raise the fees by two percent.';
    const text = `${'Filler text about nothing in particular. '.repeat(500)}On Monday the committee met to discuss the proposed new budget; after a long and heated debate it agreed to raise fees by three percent. ${'More filler about other things. '.repeat(500)}`;
    expect(found(text, findQuote(text, quote(old)))).toMatch(/^(On Monday )?the committee met to discuss .* percent$/);
  });

  it('marks nothing where less than half of it is left', () => {
    const old =
      'The committee met on Monday to discuss the new budget, and after a long debate it agreed to raise the fees by two percent.';
    expect(
      findQuote('The committee of the town has a new hall. It is red and the fees are low.', quote(old)),
    ).toBeUndefined();
    expect(findQuote('', quote(old))).toBeUndefined();
    expect(findQuote('Some text', quote('  '))).toBeUndefined();
  });

  it('works on Chinese', () => {
    const text = `${'无关的文字在这里。'.repeat(50)}委员会星期一开会讨论了新的年度预算方案。${'其他内容。'.repeat(50)}`;
    expect(found(text, findQuote(text, quote('委员会星期一开会讨论新预算方案。')))).toBe(
      '委员会星期一开会讨论了新的年度预算方案',
    );
  });

  it('searches three megabytes in reasonable time, also text that repeats the quote’s words', () => {
    const exact = Array.from({ length: 150 }, (_, index) => `word${index % 20} thing`).join(' ');
    const started = performance.now();
    findQuote('word1 thing of another kind '.repeat(110_000), quote(exact));
    findQuote('aaaa '.repeat(600_000), quote('aaaa '.repeat(200), 'x'));
    expect(performance.now() - started).toBeLessThan(12_000);
  });

  it('tells a passage that still stands from one that was reworded', () => {
    const old = quote('The quinces stand by the north wall of the garden.');
    const rewrapped = 'Of fruit: the quinces stand by\nthe north wall of the garden.';
    expect(findUnchangedQuote(rewrapped, old)).toEqual({ start: 10, end: rewrapped.length });
    const reworded = 'Of fruit: The quinces stand beside the well of the garden.';
    expect(findQuote(reworded, old)).toBeDefined();
    expect(findUnchangedQuote(reworded, old)).toBeUndefined();
  });
});
