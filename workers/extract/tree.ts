/** What JSON and the core schema of YAML can say. Maps come from untrusted files: read them by own keys only. */
export type Tree = null | boolean | number | string | bigint | readonly Tree[] | { readonly [key: string]: Tree };

export function isListTree(tree: Tree | undefined): tree is readonly Tree[] {
  return Array.isArray(tree);
}

export function isRecordTree(tree: Tree | undefined): tree is Readonly<Record<string, Tree>> {
  return tree !== undefined && tree !== null && typeof tree === 'object' && !Array.isArray(tree);
}

/** Keys that would reach an object's prototype; dropped wherever a file brings them. */
export function isUnsafeKey(key: string): boolean {
  return key === '__proto__' || key === 'constructor' || key === 'prototype';
}
