import { parse } from 'parse5';
import { decodeText } from './decode-text.ts';
import { ExtractFailure, limitExceeded, NOTHING_TO_READ } from './extract-failure.ts';
import { findElement, isElement, textOf, type HtmlElement } from './html-nodes.ts';
import { HtmlWriter } from './html-writer.ts';
import { DocumentBuilder } from './document-builder.ts';
import type { ExtractLimits } from './limits.ts';
import { singlePart, titleFromPath, type OpenSource, type SourceFile } from './reader.ts';
import type { Block, DocumentLink, ExtractWarning } from '../../src/domain/extracted.ts';

const MIN_MAIN_CHARS = 200;

/** Web pages: what a person would read, without scripts, styles, navigation and what is hidden. */
export async function open(source: SourceFile): Promise<OpenSource> {
  return singlePart(() => {
    const { text, encoding, warnings } = decodeText(source.bytes, declaredEncoding(source.bytes));
    const page = readHtml(text, source.limits);
    if (page.text === '') throw new ExtractFailure('empty', NOTHING_TO_READ);
    const { title, ...rest } = page;
    return {
      format: 'html',
      title: title ?? titleFromPath(source.path),
      ...rest,
      properties: {},
      tags: [],
      encoding,
      warnings: [...warnings, ...page.warnings],
    };
  });
}

export interface HtmlContent {
  readonly title?: string;
  readonly text: string;
  readonly blocks: readonly Block[];
  readonly links: readonly DocumentLink[];
  readonly warnings: readonly ExtractWarning[];
}

/** Reads HTML into text and blocks. Also what a Word document goes through. Throws where there is too much of it. */
export function readHtml(html: string, limits: ExtractLimits): HtmlContent {
  let tags = 0;
  for (let at = html.indexOf('<'); at >= 0; at = html.indexOf('<', at + 1)) {
    if (++tags > limits.markupNodes)
      throw limitExceeded(`more than ${limits.markupNodes.toLocaleString('en')} elements`);
  }
  const root = parse(html);
  const body = findElement(root, (element) => element.tagName === 'body');
  const main = findElement(root, (element) => element.tagName === 'main' || attribute(element, 'role') === 'main');
  const start = main && textOf(main).trim().length >= MIN_MAIN_CHARS ? main : body;
  let written = write(start, limits, true);
  // A page that is nothing but navigation is still what the person gave us.
  if (written.text === '' && start) written = write(body, limits, false);
  const titleElement = findElement(root, (element) => element.tagName === 'title');
  const title = titleElement ? collapse(textOf(titleElement)) : '';
  const heading = written.blocks.find((block) => block.kind === 'heading' && block.level === 1);
  const found = title !== '' ? title : heading ? collapse(written.text.slice(heading.start, heading.end)) : '';
  return found === '' ? written : { title: found.slice(0, 300), ...written };
}

function write(element: HtmlElement | undefined, limits: ExtractLimits, skipChrome: boolean): HtmlContent {
  const builder = new DocumentBuilder(limits);
  const writer = new HtmlWriter(builder, { skipChrome, maxDepth: limits.markupDepth });
  if (element) writer.write(element);
  return { text: builder.text, blocks: builder.blocks, links: writer.links, warnings: builder.invisibleWarnings() };
}

function declaredEncoding(bytes: Uint8Array): string | undefined {
  const head = new TextDecoder('latin1').decode(bytes.subarray(0, 2048));
  return (
    /<meta[^>]{0,200}charset\s*=\s*["']?\s*([\w-]+)/i.exec(head)?.[1] ??
    /^<\?xml[^>]{0,100}encoding=["']([\w-]+)/.exec(head)?.[1]
  );
}

function attribute(element: HtmlElement, name: string): string | undefined {
  return isElement(element) ? element.attrs.find((attr) => attr.name === name)?.value : undefined;
}

function collapse(text: string): string {
  return text.replace(/\s+/g, ' ').trim();
}
