import { isAlias, isCollection, isPair, isScalar, LineCounter, parseAllDocuments, type Document } from 'yaml';
import { decodeText } from './decode-text.ts';
import { damaged, limitExceeded } from './extract-failure.ts';
import type { ExtractLimits } from './limits.ts';
import { singlePart, type OpenSource, type SourceFile } from './reader.ts';
import { treeDocument } from './tree-document.ts';
import { isUnsafeKey, type Tree } from './tree.ts';

/** YAML 1.2 with the core schema; several documents in one file become a list. Tags and merge keys mean nothing. */
export async function open(source: SourceFile): Promise<OpenSource> {
  return singlePart(() => {
    const { limits } = source;
    if (source.bytes.length > limits.treeBytes)
      throw limitExceeded(`more than ${Math.round(limits.treeBytes / 1024 / 1024)} MB of YAML`);
    const { text, encoding, warnings } = decodeText(source.bytes);
    checkNesting(text, limits.treeDepth);
    const trees = parse(text, limits);
    return treeDocument(source, trees.length === 1 ? (trees[0] ?? null) : trees, {
      format: 'yaml',
      encoding,
      warnings,
    });
  });
}

function parse(text: string, limits: ExtractLimits): Tree[] {
  const lineCounter = new LineCounter();
  const documents = parseAllDocuments(text, {
    schema: 'core',
    merge: false,
    customTags: [],
    uniqueKeys: false,
    logLevel: 'silent',
    prettyErrors: false,
    lineCounter,
  });
  // An empty stream is not an array of documents but one with `empty` set.
  return [...documents].map((document: Document.Parsed) => {
    const [error] = document.errors;
    if (error) throw damaged(`It is not valid YAML at line ${lineCounter.linePos(error.pos[0]).line}.`, error);
    const reader = new NodeReader(document, limits);
    return reader.read(document.contents, 0);
  });
}

/** Turns YAML's nodes into a tree, counting depth and aliases; a map's keys become strings. */
class NodeReader {
  readonly #document: Document.Parsed;
  readonly #limits: ExtractLimits;
  #aliases = 0;
  #nodes = 0;

  constructor(document: Document.Parsed, limits: ExtractLimits) {
    this.#document = document;
    this.#limits = limits;
  }

  read(node: unknown, depth: number): Tree {
    if (depth > this.#limits.treeDepth)
      throw limitExceeded(`values nested more than ${this.#limits.treeDepth} levels deep`);
    // Aliases of aliases multiply: what they unfold to is counted, not only how many are written.
    if (++this.#nodes > this.#limits.markupNodes) throw limitExceeded('more than two million values');
    if (isAlias(node)) {
      if (++this.#aliases > this.#limits.yamlAliases)
        throw limitExceeded(`more than ${this.#limits.yamlAliases} references to other parts of itself`);
      return this.read(node.resolve(this.#document), depth + 1);
    }
    if (isScalar(node)) return scalar(node.value);
    if (!isCollection(node)) return null;
    if (node.items.some((item) => isPair(item))) {
      const entries: [string, Tree][] = [];
      for (const item of node.items) {
        if (!isPair(item)) continue;
        const key = keyOf(this.read(item.key, depth + 1));
        if (!isUnsafeKey(key)) entries.push([key, this.read(item.value, depth + 1)]);
      }
      return Object.fromEntries(entries);
    }
    return node.items.map((item) => this.read(item, depth + 1));
  }
}

function scalar(value: unknown): Tree {
  if (value === null || value === undefined) return null;
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' || typeof value === 'bigint')
    return value;
  // The core schema makes nothing else; custom tags are not resolved.
  return null;
}

function keyOf(key: Tree): string {
  return key !== null && typeof key === 'object' ? JSON.stringify(key) : String(key ?? '');
}

/**
 * The YAML library goes one call deeper for each level, so levels are bounded before it starts: brackets, deep
 * indentation, and runs of list dashes on one line ("- - - x").
 */
function checkNesting(text: string, maxDepth: number): void {
  const tooDeep = limitExceeded(`values nested more than ${maxDepth} levels deep`);
  let brackets = 0;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === 0x5b || code === 0x7b) brackets++;
    else if (code === 0x5d || code === 0x7d) brackets = Math.max(0, brackets - 1);
    // Brackets in plain text rarely close elsewhere than on their line; those of a bomb do not close at all.
    if (brackets > maxDepth * 4) throw tooDeep;
  }
  const open: number[] = [];
  for (const line of text.split('\n')) {
    const [lead = ''] = /^[ ]*(?:[-?:][ ]+)*/.exec(line) ?? [];
    if (lead.length >= line.length) continue;
    for (let at = 0; at < lead.length; at++) {
      if (lead[at] !== ' ' && at > maxDepth * 8) throw tooDeep;
    }
    while ((open.at(-1) ?? -1) >= lead.length) open.pop();
    open.push(lead.length);
    if (open.length > maxDepth * 4 || (lead.match(/[-?:]/g)?.length ?? 0) > maxDepth) throw tooDeep;
  }
}
