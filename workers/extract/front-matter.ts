import { parseDocument } from 'yaml';
import { isListTree, isRecordTree, isUnsafeKey, type Tree } from './tree.ts';
import type { ExtractWarning } from '../../src/domain/extracted.ts';
import type { ExtractLimits } from './limits.ts';

export interface FrontMatter {
  readonly properties: Readonly<Record<string, string>>;
  readonly tags: readonly string[];
  readonly title?: string;
  readonly warnings: readonly ExtractWarning[];
}

export interface SplitSource {
  /** YAML between the fences; absent where the source does not begin with front matter. */
  readonly frontMatter?: string;
  readonly body: string;
}

const MAX_FRONT_MATTER_CHARS = 100_000;

/** Takes the `---` fenced YAML off the beginning of a Markdown source. */
export function splitFrontMatter(source: string): SplitSource {
  const opening = /^---[ \t]*\n/.exec(source);
  if (!opening) return { body: source };
  const closing = /^(---|\.\.\.)[ \t]*$/m.exec(
    source.slice(opening[0].length - 1, opening[0].length + MAX_FRONT_MATTER_CHARS),
  );
  if (!closing) return { body: source };
  const start = opening[0].length;
  const end = start - 1 + closing.index;
  const bodyStart = source.indexOf('\n', end);
  return {
    frontMatter: source.slice(start, Math.max(start, end)),
    body: bodyStart < 0 ? '' : source.slice(bodyStart + 1),
  };
}

/**
 * Reads front matter into flat text properties: lists are joined by commas, inner maps by `key.inner`. `tags`,
 * `tag` and `keywords` become tags. What is not a map of plain values is left out with a warning, never thrown.
 */
export function readFrontMatter(yaml: string, limits: ExtractLimits): FrontMatter {
  const tree = parse(yaml, limits);
  if (tree === null) return { properties: {}, tags: [], warnings: [] };
  if (!isRecordTree(tree)) return { properties: {}, tags: [], warnings: [UNREADABLE] };

  const properties: Record<string, string> = {};
  flatten(tree, '', properties, 0);
  const tags = new Set<string>();
  for (const [key, value] of Object.entries(tree)) {
    if (!/^(tags?|keywords)$/i.test(key)) continue;
    for (const tag of typeof value === 'string' ? value.split(/[,\s]+/) : isListTree(value) ? value : []) {
      if (typeof tag === 'string' || typeof tag === 'number') tags.add(String(tag).replace(/^#/, '').trim());
    }
  }
  tags.delete('');
  const title = Object.entries(tree).find(([key]) => key.toLowerCase() === 'title')?.[1];
  const titled = typeof title === 'string' && title.trim() !== '' ? { title: title.trim() } : {};
  return { properties, tags: [...tags], ...titled, warnings: [] };
}

const UNREADABLE: ExtractWarning = {
  code: 'front-matter',
  message:
    'The properties at the top of this note could not be read, so its tags and title may be missing. The note itself was read.',
};

function parse(yaml: string, limits: ExtractLimits): Tree | undefined {
  try {
    const document = parseDocument(yaml, {
      schema: 'core',
      merge: false,
      customTags: [],
      logLevel: 'silent',
      uniqueKeys: false,
    });
    if (document.errors.length > 0) return undefined;
    // What the core schema gives is a tree of plain values.
    return document.toJS({ maxAliasCount: limits.yamlAliases }) as Tree;
  } catch {
    return undefined; // Aliases to nothing or to too much, or nesting without end: told as unreadable properties.
  }
}

function flatten(tree: Tree, prefix: string, into: Record<string, string>, depth: number): void {
  if (depth > 8) return;
  if (isListTree(tree) && tree.every((item) => item === null || typeof item !== 'object')) {
    into[prefix] = tree.filter((item) => item !== null).join(', ');
  } else if (tree !== null && typeof tree === 'object') {
    for (const [key, value] of Object.entries(tree)) {
      if (isUnsafeKey(key)) continue;
      flatten(value, prefix === '' ? key : `${prefix}.${key}`, into, depth + 1);
    }
  } else if (tree !== null && tree !== '') {
    into[prefix] = String(tree);
  }
}
