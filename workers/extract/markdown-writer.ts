import type { Nodes, PhrasingContent, Root, RootContent, Table } from 'mdast';
import { fromMarkdown } from 'mdast-util-from-markdown';
import { gfmFromMarkdown } from 'mdast-util-gfm';
import { gfm } from 'micromark-extension-gfm';
import type { DocumentLink, InlineMark, TextRange } from '../../src/domain/extracted.ts';
import type { BlockShape, DocumentBuilder } from './document-builder.ts';
import { limitExceeded } from './extract-failure.ts';
import { textOfHtml } from './html-tags.ts';
import { restorePlaceholders, splitPlaceholders, type LiftedSource, type WikiLink } from './obsidian-syntax.ts';

const MAX_DEPTH = 100;
const MARKS: Partial<Record<PhrasingContent['type'], InlineMark>> = {
  strong: 'strong',
  emphasis: 'emphasis',
  delete: 'deleted',
};
// Letters, digits, `_`, `-` and `/`, with at least one character that is not a digit (checked after).
const TAG = /(?<=^|[\s(,;])#([\p{L}\p{N}\p{M}_/-]+)/gu;

/** Writes Markdown, as lifted by `liftObsidianSyntax`, into a builder; collects links and tags on the way. */
export class MarkdownWriter {
  readonly #builder: DocumentBuilder;
  readonly #links: Map<string, DocumentLink>;
  readonly #tags: Set<string>;
  #wiki: readonly WikiLink[] = [];
  #definitions = new Map<string, string>();

  constructor(builder: DocumentBuilder, links: Map<string, DocumentLink>, tags: Set<string>) {
    this.#builder = builder;
    this.#links = links;
    this.#tags = tags;
  }

  write({ text, links }: LiftedSource): void {
    this.#wiki = links;
    const root: Root = fromMarkdown(text, { extensions: [gfm()], mdastExtensions: [gfmFromMarkdown()] });
    this.#definitions = new Map();
    for (const node of root.children) if (node.type === 'definition') this.#definitions.set(node.identifier, node.url);
    for (const node of root.children) this.#block(node, 0, 0, 0);
  }

  #block(node: RootContent, quoteDepth: number, listDepth: number, depth: number): void {
    if (depth > MAX_DEPTH) throw limitExceeded(`lists or quotes more than ${MAX_DEPTH} levels deep`);
    switch (node.type) {
      case 'heading':
        this.#leaf({ kind: 'heading', level: node.depth }, node.children);
        return;
      case 'paragraph':
        this.#leaf(quoteDepth > 0 ? { kind: 'quote', depth: quoteDepth - 1 } : { kind: 'paragraph' }, node.children);
        return;
      case 'blockquote':
        for (const child of node.children) this.#block(child, quoteDepth + 1, listDepth, depth + 1);
        return;
      case 'list': {
        let ordinal = node.start ?? 1;
        for (const item of node.children) {
          const [first, ...rest] = item.children;
          const shape: BlockShape = {
            kind: 'list-item',
            depth: listDepth,
            ...(node.ordered && { ordinal: ordinal++ }),
            ...(typeof item.checked === 'boolean' && { checked: item.checked }),
          };
          if (first?.type === 'paragraph') this.#leaf(shape, first.children, true);
          else if (first) this.#block(first, quoteDepth, listDepth + 1, depth + 1);
          for (const child of rest) this.#block(child, quoteDepth, listDepth + 1, depth + 1);
        }
        return;
      }
      case 'code':
        this.#plain(
          { kind: 'code', ...(node.lang && { language: node.lang }) },
          restorePlaceholders(node.value, this.#wiki),
        );
        return;
      case 'html':
        this.#plain({ kind: 'paragraph' }, textOfHtml(restorePlaceholders(node.value, this.#wiki)));
        return;
      case 'table':
        this.#table(node);
        return;
      case 'thematicBreak':
        this.#builder.begin();
        this.#builder.end({ kind: 'rule' });
        return;
      case 'footnoteDefinition':
        for (const child of node.children) this.#block(child, quoteDepth, listDepth, depth + 1);
        return;
      default:
        // Definitions are looked up where they are used; the rest cannot stand at block level.
        return;
    }
  }

  #leaf(shape: BlockShape, children: readonly PhrasingContent[], tight = false): void {
    this.#builder.begin(tight);
    this.#inlines(children, 0);
    this.#builder.end(shape);
  }

  #plain(shape: BlockShape, text: string): void {
    this.#builder.begin();
    this.#builder.write(text.trimEnd());
    this.#builder.end(shape);
  }

  #table(node: Table): void {
    this.#builder.begin();
    this.#builder.anchor();
    const rows: TextRange[][] = node.children.map((row, rowIndex) => {
      if (rowIndex > 0) this.#builder.write('\n');
      return row.children.map((cell, cellIndex) => {
        if (cellIndex > 0) this.#builder.write(' | ');
        return this.#builder.span(() => this.#inlines(cell.children, 0));
      });
    });
    const [header = [], ...body] = rows;
    this.#builder.end({ kind: 'table', header, rows: body });
  }

  #inlines(nodes: readonly PhrasingContent[], depth: number): void {
    for (const node of nodes) this.#inline(node, depth);
  }

  #inline(node: PhrasingContent, depth: number): void {
    if (depth > MAX_DEPTH) return;
    const mark = MARKS[node.type];
    if (mark && 'children' in node) {
      this.#builder.inline({
        kind: 'mark',
        mark,
        ...this.#builder.span(() => this.#inlines(node.children, depth + 1)),
      });
      return;
    }
    switch (node.type) {
      case 'text':
        for (const piece of splitPlaceholders(node.value, this.#wiki)) {
          if (typeof piece === 'string') this.#text(piece);
          else this.#wikiLink(piece);
        }
        return;
      case 'inlineCode': {
        const range = this.#builder.write(restorePlaceholders(node.value, this.#wiki));
        this.#builder.inline({ kind: 'mark', mark: 'code', ...range });
        return;
      }
      case 'link':
        this.#link(node.url, node.children, depth);
        return;
      case 'linkReference':
        this.#link(this.#definitions.get(node.identifier) ?? '', node.children, depth);
        return;
      case 'image':
        this.#builder.inline({ kind: 'image', href: node.url, ...this.#builder.write(node.alt ?? '') });
        return;
      case 'imageReference': {
        const href = this.#definitions.get(node.identifier) ?? '';
        this.#builder.inline({ kind: 'image', href, ...this.#builder.write(node.alt ?? '') });
        return;
      }
      case 'break':
        this.#builder.write('\n');
        return;
      case 'footnoteReference':
        this.#builder.write(`[^${node.label ?? node.identifier}]`);
        return;
      default:
        // Inline HTML is one tag at a time: the words between tags are text nodes of their own.
        if (node.type === 'html' && /^<br\s*\/?>$/i.test(node.value)) this.#builder.write('\n');
    }
  }

  #text(text: string): void {
    this.#builder.write(text);
    if (!text.includes('#')) return;
    for (const [, tag = ''] of text.matchAll(TAG)) {
      const name = tag.replace(/[/-]+$/, '');
      if (name !== '' && !/^[\d/-]+$/.test(name)) this.#tags.add(name);
    }
  }

  #wikiLink({ embed, target, label }: WikiLink): void {
    const range = this.#builder.write(label);
    const image = embed && /\.(png|jpe?g|gif|webp|svg|avif|bmp)$/i.test(target);
    this.#builder.inline({ kind: image ? 'image' : 'link', href: `wiki:${target}`, ...range });
    this.#remember(`wiki:${target}`, label === target ? undefined : label);
  }

  #link(href: string, children: readonly PhrasingContent[], depth: number): void {
    const range = this.#builder.span(() => this.#inlines(children, depth + 1));
    if (href === '') return;
    this.#builder.inline({ kind: 'link', href, ...range });
    this.#remember(href, plainText(children).slice(0, 200));
  }

  #remember(target: string, label: string | undefined): void {
    if (!this.#links.has(target)) this.#links.set(target, label ? { target, label } : { target });
  }
}

function plainText(nodes: readonly Nodes[]): string {
  return nodes
    .map((node) => ('value' in node ? node.value : 'children' in node ? plainText(node.children) : ''))
    .join('');
}
