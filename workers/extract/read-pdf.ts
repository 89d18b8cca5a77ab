import type { Block, ExtractedPage, ExtractWarning } from '../../src/domain/extracted.ts';
import { assemblePageText, type PdfTextItem } from '../../src/engine/pdf-text.ts';
import { invisibleTextWarnings } from './document-builder.ts';
import { damaged, ExtractFailure, limitExceeded } from './extract-failure.ts';
import { openPdf, type PdfFile } from './open-pdf.ts';
import { bodySizeOf, pageBlocks, type PdfLine, linesOfPage } from './pdf-layout.ts';
import { titleFromPath, type OpenSource, type SourceFile } from './reader.ts';

interface ReadPage {
  readonly kind: ExtractedPage['kind'];
  readonly text: string;
  readonly lines: readonly PdfLine[];
}

/** PDF, text only, a page at a time. Pages that are images, or broken, are named in a warning. */
export async function open(source: SourceFile): Promise<OpenSource> {
  const pdf = await openPdf(source);
  if (pdf.pageCount > source.limits.pdfPages)
    throw limitExceeded(`more than ${source.limits.pdfPages.toLocaleString('en')} pages`);
  if (pdf.pageCount === 0) throw damaged('It has no pages.');
  const pages = new Map<number, ReadPage>();
  let removedCount = 0;
  let length = 0;

  return {
    unit: 'page',
    unitCount: pdf.pageCount,
    async readUnit(index) {
      const items = await itemsOf(pdf, index + 1);
      if (!items) {
        pages.set(index, { kind: 'failed', text: '', lines: [] });
        return;
      }
      const assembled = assemblePageText(items);
      removedCount += assembled.removedCount;
      length += assembled.text.length + 2;
      if (assembled.text.length > source.limits.pdfPageChars)
        throw limitExceeded('a page with more than a million characters');
      if (length > source.limits.textChars)
        throw limitExceeded(`more than ${source.limits.textChars.toLocaleString('en')} characters of text`);
      const kind = assembled.text === '' ? 'no-text' : 'text';
      pages.set(index, { kind, text: assembled.text, lines: linesOfPage(items, assembled.ranges, assembled.text) });
    },
    finish() {
      const bodySize = bodySizeOf([...pages.values()].flatMap((page) => page.lines));
      const texts: string[] = [];
      const extracted: ExtractedPage[] = [];
      const blocks: Block[] = [];
      let at = 0;
      for (let index = 0; index < pdf.pageCount; index++) {
        const page = pages.get(index) ?? { kind: 'failed', text: '', lines: [] };
        if (at > 0 && page.text !== '') {
          texts.push('\n\n');
          at += 2;
        }
        extracted.push({ page: index + 1, kind: page.kind, start: at, end: at + page.text.length });
        blocks.push(...pageBlocks(page.text, page.lines, bodySize, { page: index + 1, offset: at }));
        texts.push(page.text);
        at += page.text.length;
      }
      if (at === 0) throw withoutText(extracted);
      return {
        format: 'pdf',
        title: pdf.title ?? titleFromPath(source.path),
        text: texts.join(''),
        blocks,
        pages: extracted,
        properties: pdf.properties,
        tags: [],
        links: [],
        warnings: [...pageWarnings(extracted), ...invisibleTextWarnings(removedCount)],
      };
    },
  };
}

async function itemsOf(pdf: PdfFile, page: number): Promise<readonly PdfTextItem[] | undefined> {
  try {
    return await pdf.textItems(page);
  } catch {
    return undefined; // One broken page is told in a warning; the others are still worth having.
  }
}

function withoutText(pages: readonly ExtractedPage[]): ExtractFailure {
  if (pages.every((page) => page.kind === 'failed')) return damaged('None of its pages could be read.');
  const found =
    pages.length === 1
      ? 'its only page has no text'
      : `none of its ${pages.length.toLocaleString('en')} pages has text`;
  return new ExtractFailure(
    'no-text',
    `This PDF seems to be scanned, or made of pictures: ${found} that can be searched. Nothing else was affected. ` +
      'Reading text out of pictures is not available yet; run the file through a text recognition (OCR) program and add the result.',
  );
}

function pageWarnings(pages: readonly ExtractedPage[]): ExtractWarning[] {
  const warnings: ExtractWarning[] = [];
  const empty = pages.filter((page) => page.kind === 'no-text').map((page) => page.page);
  const failed = pages.filter((page) => page.kind === 'failed').map((page) => page.page);
  if (empty.length > 0) {
    const [verb, pronoun] = empty.length === 1 ? ['has', 'it'] : ['have', 'them'];
    warnings.push({
      code: 'pages-without-text',
      message: `${pageList(empty)} ${verb} no text, only pictures or nothing, so what is on ${pronoun} cannot be found by searching. The other pages were read.`,
    });
  }
  if (failed.length > 0) {
    warnings.push({
      code: 'pages-failed',
      message: `${pageList(failed)} could not be read; the other pages were. To get all of them, save the PDF again from the program it comes from and add the new copy.`,
    });
  }
  return warnings;
}

/** `Page 3`, `Pages 2–4, 9`; a long list is cut short. */
function pageList(pages: readonly number[]): string {
  const runs: string[] = [];
  for (let i = 0; i < pages.length; i++) {
    const first = pages[i] ?? 0;
    let last = first;
    while (pages[i + 1] === last + 1) last = pages[++i] ?? last;
    runs.push(first === last ? String(first) : `${first}–${last}`);
  }
  const shown =
    runs.length > 12 ? `${runs.slice(0, 12).join(', ')} and others (${pages.length} in all)` : runs.join(', ');
  return pages.length === 1 ? `Page ${shown}` : `Pages ${shown}`;
}
