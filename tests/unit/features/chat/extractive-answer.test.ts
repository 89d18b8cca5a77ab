import { describe, expect, it } from 'vitest';
import { DEFAULT_SETTINGS } from '../../../../src/domain/settings.ts';
import { answerExtractively } from '../../../../src/features/chat/extractive-answer.ts';
import { retrieve } from '../../../../src/features/knowledge/retrieve.ts';
import { openInProcess } from '../../../fixtures/library/in-process.ts';
import { makePdf } from '../../workers/extract/make-files.ts';

const options = { signal: new AbortController().signal };

describe('an answer without a model', () => {
  it('names for each sentence of a PDF the page that the sentence is on, also in a passage over several pages', async () => {
    const lib = await openInProcess();
    const pages = ['The railing of the gallery needs work.', 'Nine bolts of the railing are rusted through.'];
    const pdf = makePdf(pages.map((text) => [{ text }]));
    await lib.take({ 'survey.pdf': new TextDecoder().decode(pdf) });
    const question = 'Which bolts of the railing of the gallery are rusted through and need work?';
    const retrieval = await retrieve(question, { ...lib, settings: DEFAULT_SETTINGS.retrieval }, options);
    const { citations } = await answerExtractively(question, retrieval, lib, options);
    const pageOfSentence = citations.map(({ quote, locator }) => [
      quote.exact,
      locator.kind === 'page' ? locator.page : undefined,
    ]);
    expect(Object.fromEntries(pageOfSentence)).toEqual({ [pages[0]!]: 1, [pages[1]!]: 2 });
  });
});
