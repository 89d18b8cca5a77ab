import type { DocumentFormat, ExtractedDocument, ExtractWarning, RecordField } from '../../src/domain/extracted.ts';
import { DocumentBuilder } from './document-builder.ts';
import { ExtractFailure, NOTHING_TO_READ } from './extract-failure.ts';
import { titleFromPath, type SourceFile } from './reader.ts';
import { isListTree, isRecordTree, type Tree } from './tree.ts';

interface TreeSource {
  readonly format: DocumentFormat;
  readonly encoding: string;
  readonly warnings: readonly ExtractWarning[];
}

/** A map with at most this many leaves below it is read as one record; a larger one is taken apart. */
const MAX_RECORD_LEAVES = 40;
const TITLE_KEYS = ['title', 'name', 'label', 'subject', 'heading'];

/**
 * Writes a tree as headings and records. A map or list small enough becomes a `record`: one `label: value` line for
 * each leaf, with the leaf's path. Larger ones become a heading for each branch, down to records.
 */
export function treeDocument(
  source: SourceFile,
  tree: Tree,
  { format, encoding, warnings }: TreeSource,
): ExtractedDocument {
  const builder = new DocumentBuilder(source.limits);
  new TreeWriter(builder).write(tree, '', 1);
  if (builder.length === 0) throw new ExtractFailure('empty', NOTHING_TO_READ);
  return {
    format,
    title: ownTitle(tree) ?? titleFromPath(source.path),
    text: builder.text,
    blocks: builder.blocks,
    properties: {},
    tags: [],
    links: [],
    encoding,
    warnings: [...warnings, ...builder.invisibleWarnings()],
  };
}

class TreeWriter {
  readonly #builder: DocumentBuilder;

  constructor(builder: DocumentBuilder) {
    this.#builder = builder;
  }

  write(tree: Tree, path: string, level: number): void {
    if (tree === null || typeof tree !== 'object') {
      this.#record(path, [['', tree]]);
      return;
    }
    const entries: [string, Tree][] = isListTree(tree)
      ? tree.map((item, index): [string, Tree] => [`[${index}]`, item])
      : Object.entries(tree);
    if (
      !isListTree(tree) &&
      path !== '' &&
      countLeaves(tree, MAX_RECORD_LEAVES + 1) <= MAX_RECORD_LEAVES &&
      isFlatEnough(tree)
    ) {
      this.#record(path, entries);
      return;
    }
    // Plain values beside large branches belong together, ahead of the branches.
    const plain = entries.filter(([, value]) => isPlain(value));
    if (plain.length > 0) this.#record(path, plain);
    for (const [key, value] of entries) {
      if (isPlain(value)) continue;
      const below = join(path, key);
      if (!isListTree(tree)) {
        this.#builder.begin();
        this.#builder.write(humanise(key));
        this.#builder.end({ kind: 'heading', level: clampLevel(level) });
      }
      this.write(value, below, isListTree(tree) ? level : level + 1);
    }
  }

  #record(path: string, entries: readonly (readonly [string, Tree])[]): void {
    const fields: RecordField[] = [];
    this.#builder.begin();
    for (const [key, value] of entries)
      this.#fields(value, join(path, key), key.startsWith('[') ? '' : humanise(key), fields);
    this.#builder.end({ kind: 'record', path, fields });
  }

  #fields(value: Tree, path: string, label: string, fields: RecordField[]): void {
    if (value !== null && typeof value === 'object') {
      const entries: [string, Tree][] = isListTree(value)
        ? value.map((item, index): [string, Tree] => [`[${index}]`, item])
        : Object.entries(value);
      for (const [key, inner] of entries) {
        const name = key.startsWith('[') ? label : label === '' ? humanise(key) : `${label}: ${humanise(key)}`;
        this.#fields(inner, join(path, key), name, fields);
      }
      return;
    }
    const text = value === null ? '' : String(value).replace(/\r\n?/g, '\n').trim();
    if (text === '') return;
    if (fields.length > 0) this.#builder.write('\n');
    const labelRange = this.#builder.write(label);
    if (label !== '') this.#builder.write(': ');
    const valueRange = this.#builder.write(text);
    fields.push({
      path,
      label: label === '' ? { start: valueRange.start, end: valueRange.start } : labelRange,
      value: valueRange,
    });
  }
}

function isPlain(value: Tree): boolean {
  return (
    value === null ||
    typeof value !== 'object' ||
    (isListTree(value) && value.length <= 100 && value.every((item) => item === null || typeof item !== 'object'))
  );
}

/** Records may hold lists and small maps, two levels down; deeper trees read better taken apart. */
function isFlatEnough(tree: Tree, depth = 0): boolean {
  if (tree === null || typeof tree !== 'object') return true;
  if (depth > 3) return false;
  const values: readonly Tree[] = isListTree(tree) ? tree : Object.values(tree);
  return values.every((value) => isFlatEnough(value, depth + 1));
}

function countLeaves(tree: Tree, atMost: number): number {
  if (tree === null || typeof tree !== 'object') return 1;
  let count = 0;
  for (const value of isListTree(tree) ? tree : Object.values(tree)) {
    count += countLeaves(value, atMost - count);
    if (count >= atMost) break;
  }
  return count;
}

/** `a`, `[0]` → `a[0]`; `a`, `b` → `a.b`; a key with dots or brackets of its own is quoted. */
function join(path: string, key: string): string {
  if (key === '' || /^\[\d+\]$/.test(key)) return path + key;
  const step = /[.[\]"]/.test(key) ? JSON.stringify(key) : key;
  return path === '' ? step : `${path}.${step}`;
}

/** `start_date` → `Start date`; text that already has spaces or capitals inside is left as it is. */
function humanise(key: string): string {
  if (/\s|[a-z][A-Z]/.test(key)) return key;
  const words = key.replace(/[_-]+/g, ' ').trim();
  return words === '' ? key : (words[0] ?? '').toUpperCase() + words.slice(1);
}

function clampLevel(level: number): 1 | 2 | 3 | 4 | 5 | 6 {
  const levels = [1, 2, 3, 4, 5, 6] as const;
  return levels[Math.min(level, 6) - 1] ?? 6;
}

function ownTitle(tree: Tree): string | undefined {
  if (!isRecordTree(tree)) return undefined;
  for (const key of TITLE_KEYS) {
    const value = Object.hasOwn(tree, key) ? tree[key] : undefined;
    if (typeof value === 'string' && value.trim() !== '' && value.length <= 200) return value.trim();
  }
  return undefined;
}
