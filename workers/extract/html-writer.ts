import type { DocumentLink, InlineMark } from '../../src/domain/extracted.ts';
import type { BlockShape, DocumentBuilder } from './document-builder.ts';
import {
  attributeOf,
  childrenOf,
  descendants,
  isElement,
  isText,
  textOf,
  type HtmlElement,
  type HtmlNode,
} from './html-nodes.ts';
import { isLayoutTable, readTable } from './html-table.ts';
import { paragraphsOf } from './paragraphs.ts';

const SKIPPED = new Set(
  'script style template noscript head title svg iframe object embed canvas audio video map button select textarea input datalist dialog'.split(
    ' ',
  ),
);
const BLOCKS = new Set(
  'address article aside blockquote body center dd details div dl dt fieldset figcaption figure footer form header legend main p section summary ul ol menu tr caption html hgroup search'.split(
    ' ',
  ),
);
const MARKS: Readonly<Record<string, InlineMark>> = {
  strong: 'strong',
  b: 'strong',
  em: 'emphasis',
  i: 'emphasis',
  cite: 'emphasis',
  var: 'emphasis',
  dfn: 'emphasis',
  code: 'code',
  kbd: 'code',
  samp: 'code',
  tt: 'code',
  del: 'deleted',
  s: 'deleted',
  strike: 'deleted',
  sup: 'superscript',
  sub: 'subscript',
};
const CHROME_ROLES = /^(navigation|banner|contentinfo|search|menu|menubar|toolbar|alertdialog|dialog)$/;
const LONG_PREFORMATTED_CHARS = 2_000;

export interface HtmlWriterOptions {
  /** Leave out navigation, and headers and footers of the page. */
  readonly skipChrome: boolean;
  readonly maxDepth: number;
}

interface Context {
  readonly quoteDepth: number;
  readonly listDepth: number;
  readonly inArticle: boolean;
  readonly depth: number;
}

/** Writes an HTML tree into a builder: white space collapsed as a browser would, one block per block element. */
export class HtmlWriter {
  readonly links: DocumentLink[] = [];
  readonly #builder: DocumentBuilder;
  readonly #options: HtmlWriterOptions;
  readonly #targets = new Set<string>();
  #shape: BlockShape | undefined;
  #blockId = 0;
  #hasText = false;
  #owesSpace = false;

  constructor(builder: DocumentBuilder, options: HtmlWriterOptions) {
    this.#builder = builder;
    this.#options = options;
  }

  write(root: HtmlElement): void {
    this.#children(root, { quoteDepth: 0, listDepth: 0, inArticle: false, depth: 0 });
    this.#close();
  }

  #children(node: HtmlNode, context: Context): void {
    for (const child of childrenOf(node)) {
      if (isText(child)) this.#text(child.value, context);
      else if (isElement(child)) this.#element(child, context);
    }
  }

  #element(element: HtmlElement, outer: Context): void {
    const { tagName } = element;
    if (SKIPPED.has(tagName) || isHidden(element) || (this.#options.skipChrome && isChrome(element, outer))) return;
    if (outer.depth >= this.#options.maxDepth) {
      this.#text(textOf(element), outer);
      return;
    }
    const context: Context = { ...outer, depth: outer.depth + 1 };
    const level = headingLevel(tagName);
    if (level) {
      this.#open({ kind: 'heading', level });
      this.#children(element, context);
      this.#close();
      return;
    }
    switch (tagName) {
      case 'br':
        this.#lineBreak();
        return;
      case 'hr':
        this.#close();
        this.#builder.begin();
        this.#builder.end({ kind: 'rule' });
        return;
      case 'pre':
        this.#preformatted(element, context);
        return;
      case 'table':
        this.#table(element, context);
        return;
      case 'img':
        this.#image(element, context);
        return;
      case 'a':
        this.#link(element, context);
        return;
      case 'ul':
      case 'ol':
      case 'menu':
        this.#list(element, context);
        return;
      case 'blockquote':
        this.#close();
        this.#children(element, { ...context, quoteDepth: context.quoteDepth + 1 });
        this.#close();
        return;
      default:
    }
    const mark = Object.hasOwn(MARKS, tagName) ? MARKS[tagName] : undefined;
    if (mark) {
      this.#mark(element, mark, context);
      return;
    }
    if (!BLOCKS.has(tagName)) {
      this.#children(element, context);
      return;
    }
    this.#close();
    const inArticle = context.inArticle || /^(article|main|section)$/.test(tagName);
    this.#children(element, { ...context, inArticle });
    this.#close();
  }

  #list(list: HtmlElement, context: Context): void {
    this.#close();
    let ordinal = Number.parseInt(attributeOf(list, 'start') ?? '1', 10) || 1;
    for (const child of childrenOf(list)) {
      if (!isElement(child)) continue;
      if (child.tagName !== 'li') {
        this.#element(child, { ...context, listDepth: context.listDepth + 1 });
        continue;
      }
      if (isHidden(child)) continue;
      this.#open({ kind: 'list-item', depth: context.listDepth, ...(list.tagName === 'ol' && { ordinal: ordinal++ }) });
      this.#children(child, { ...context, listDepth: context.listDepth + 1 });
      this.#close(true);
    }
  }

  #preformatted(element: HtmlElement, context: Context): void {
    this.#close();
    const code = [...descendants(element)].find((node) => isElement(node) && node.tagName === 'code');
    const text = textOf(element).replace(/^\n/, '').replace(/\r\n?/g, '\n').trimEnd();
    // Whole reports are set in <pre>: those are prose in a typewriter face, not code.
    if (!code && text.length > LONG_PREFORMATTED_CHARS) {
      for (const paragraph of paragraphsOf(text)) {
        this.#builder.begin();
        this.#builder.write(paragraph);
        this.#builder.end(this.#paragraph(context));
      }
      return;
    }
    const classes = `${attributeOf(element, 'class') ?? ''} ${code && isElement(code) ? (attributeOf(code, 'class') ?? '') : ''}`;
    const language = /(?:language|lang|highlight-source)-([\w+#-]{1,30})/.exec(classes)?.[1];
    this.#builder.begin();
    this.#builder.write(text);
    this.#builder.end({ kind: 'code', ...(language && { language }) });
  }

  #table(element: HtmlElement, context: Context): void {
    this.#close();
    if (isLayoutTable(element)) {
      for (const node of descendants(element)) {
        if (isElement(node) && /^(td|th|caption)$/.test(node.tagName) && closestTable(node) === element) {
          this.#children(node, context);
          this.#close();
        }
      }
      return;
    }
    const { caption, header, rows } = readTable(element, (hidden) => SKIPPED.has(hidden.tagName) || isHidden(hidden));
    if (caption !== '') {
      this.#open({ kind: 'paragraph' });
      this.#text(caption, context);
      this.#close();
    }
    if (header.length === 0 && rows.length === 0) return;
    this.#builder.begin();
    this.#builder.anchor();
    const ranges = (header.length > 0 ? [header, ...rows] : rows).map((cells, row) => {
      if (row > 0) this.#builder.write('\n');
      return cells.map((cell, column) => {
        if (column > 0) this.#builder.write(' | ');
        return this.#builder.write(cell);
      });
    });
    const headerRanges = header.length > 0 ? (ranges.shift() ?? []) : [];
    this.#builder.end({ kind: 'table', header: headerRanges, rows: ranges });
    for (const node of descendants(element)) if (isElement(node) && node.tagName === 'a') this.#remember(node);
  }

  #mark(element: HtmlElement, mark: InlineMark, context: Context): void {
    this.#inline(
      () => this.#children(element, context),
      (range) => this.#builder.inline({ kind: 'mark', mark, ...range }),
    );
  }

  #link(element: HtmlElement, context: Context): void {
    const href = this.#remember(element);
    if (href === undefined) {
      this.#children(element, context);
      return;
    }
    this.#inline(
      () => this.#children(element, context),
      (range) => this.#builder.inline({ kind: 'link', href, ...range }),
    );
  }

  #image(element: HtmlElement, context: Context): void {
    const alt = attributeOf(element, 'alt')?.trim() ?? '';
    if (alt === '') return;
    const source = attributeOf(element, 'src') ?? '';
    const href = source.startsWith('data:') ? 'data:' : source.slice(0, 2_000);
    this.#inline(
      () => this.#text(alt, context),
      (range) => this.#builder.inline({ kind: 'image', href, ...range }),
    );
  }

  /** Notes formatting for what `write` writes, unless that turned out to run over a block's edge. */
  #inline(write: () => void, note: (range: { start: number; end: number }) => void): void {
    if (this.#owesSpace && this.#hasText) {
      this.#builder.write(' ');
      this.#owesSpace = false;
    }
    const before = this.#blockId;
    const wasOpen = this.#shape !== undefined;
    const range = this.#builder.span(write);
    const sameBlock = wasOpen ? this.#blockId === before : this.#blockId === before + 1;
    if (sameBlock && this.#shape !== undefined && range.end > range.start) note(range);
  }

  #remember(element: HtmlElement): string | undefined {
    const href = attributeOf(element, 'href')?.trim().slice(0, 2_000);
    if (!href || href.startsWith('#') || /^(javascript|data|vbscript):/i.test(href)) return undefined;
    if (!this.#targets.has(href)) {
      this.#targets.add(href);
      const label = textOf(element).replace(/\s+/g, ' ').trim().slice(0, 200);
      this.links.push(label === '' ? { target: href } : { target: href, label });
    }
    return href;
  }

  #text(raw: string, context: Context): void {
    const text = raw.replace(/[ \t\n\r\f\u00a0]+/g, ' ');
    if (text === '') return;
    if (text === ' ') {
      this.#owesSpace = true;
      return;
    }
    if (!this.#shape) this.#open(this.#paragraph(context));
    const space = this.#hasText && (this.#owesSpace || text.startsWith(' ')) ? ' ' : '';
    this.#builder.write(space + text.trim());
    this.#hasText = true;
    this.#owesSpace = text.endsWith(' ');
  }

  #lineBreak(): void {
    if (!this.#hasText) return;
    this.#builder.write('\n');
    this.#owesSpace = false;
  }

  #paragraph({ quoteDepth }: Context): BlockShape {
    return quoteDepth > 0 ? { kind: 'quote', depth: quoteDepth - 1 } : { kind: 'paragraph' };
  }

  #open(shape: BlockShape): void {
    this.#close(true);
    this.#shape = shape;
    this.#builder.begin(shape.kind === 'list-item');
    this.#blockId++;
    this.#hasText = false;
    this.#owesSpace = false;
  }

  /** Ends the open block. A list item that has no text yet stays open for the paragraph inside it. */
  #close(evenIfEmpty = false): void {
    if (!this.#shape) return;
    if (!this.#hasText && !evenIfEmpty && this.#shape.kind === 'list-item') return;
    this.#builder.end(this.#shape);
    this.#shape = undefined;
    this.#hasText = false;
    this.#owesSpace = false;
  }
}

const LEVELS = new Map<string, 1 | 2 | 3 | 4 | 5 | 6>([
  ['h1', 1],
  ['h2', 2],
  ['h3', 3],
  ['h4', 4],
  ['h5', 5],
  ['h6', 6],
]);

function headingLevel(tagName: string): 1 | 2 | 3 | 4 | 5 | 6 | undefined {
  return LEVELS.get(tagName);
}

function isHidden(element: HtmlElement): boolean {
  for (const { name, value } of element.attrs) {
    if (name === 'hidden') return true;
    if (name === 'aria-hidden' && value === 'true') return true;
    if (name === 'style' && /(?:^|;)\s*(?:display\s*:\s*none|visibility\s*:\s*hidden)/i.test(value)) return true;
  }
  return false;
}

function isChrome(element: HtmlElement, context: Context): boolean {
  if (element.tagName === 'nav') return true;
  if (CHROME_ROLES.test(attributeOf(element, 'role') ?? '')) return true;
  if (context.inArticle) return false;
  if (element.tagName === 'footer') return true;
  // A page's header often holds its title.
  return (
    element.tagName === 'header' &&
    ![...descendants(element)].some((node) => isElement(node) && /^h[1-3]$/.test(node.tagName))
  );
}

function closestTable(node: HtmlNode): HtmlElement | undefined {
  let parent = 'parentNode' in node ? node.parentNode : null;
  while (parent) {
    if (isElement(parent) && parent.tagName === 'table') return parent;
    parent = 'parentNode' in parent ? parent.parentNode : null;
  }
  return undefined;
}
