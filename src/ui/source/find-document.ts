import type { SourceDocument } from '../../domain/document.ts';

/**
 * The document that a wikilink `wiki:Target#Heading` means: by path, by file name without its ending, or by title, in
 * this order, whatever the case. Of several the one with the shortest path wins.
 */
export function findLinkedDocument(href: string, documents: readonly SourceDocument[]): SourceDocument | undefined {
  const target = href.slice('wiki:'.length).replace(/#.*$/s, '').trim().toLowerCase();
  if (!href.startsWith('wiki:') || target === '') return undefined;
  const tests: readonly ((document: SourceDocument) => boolean)[] = [
    ({ path }) => withoutEnding(path) === target || path.toLowerCase() === target,
    ({ path }) => withoutEnding(path).endsWith(`/${target}`) || path.toLowerCase().endsWith(`/${target}`),
    ({ title }) => title.toLowerCase() === target,
  ];
  for (const test of tests) {
    const found = documents.filter(test).toSorted((a, b) => a.path.length - b.path.length)[0];
    if (found !== undefined) return found;
  }
  return undefined;
}

function withoutEnding(path: string): string {
  return path.toLowerCase().replace(/\.[a-z0-9]{1,8}$/, '');
}
