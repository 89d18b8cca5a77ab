import { createHash } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { Plugin } from 'vite';
import type { ManifestEntry, ManifestTransform } from 'workbox-build';
import { LATER_FILES_NAME, type LaterFile } from '../workers/service-worker/later-files.ts';

/** What the build's own graph says of one script: its name in the sources, and the scripts and styles it imports. */
interface ScriptNode {
  readonly name: string;
  readonly needs: readonly string[];
}

export interface FirstPhase {
  /** Names of the scripts without which there is no first screen, as the build calls them; what they import comes along. */
  readonly scripts: readonly string[];
  /** Files beyond scripts and their styles. */
  readonly others: RegExp;
}

/**
 * Splits the app's files in two: those that the service worker stores before it takes over (the first phase, listed
 * in its script) and all the rest, which it fetches later from a list that is itself one of the first. Every file is
 * pinned to the bytes that were built.
 */
export class ShellPhases {
  readonly #first: FirstPhase;
  readonly #scripts = new Map<string, ScriptNode>();
  #outDir = '';

  constructor(first: FirstPhase) {
    this.#first = first;
  }

  /** Reads the graph of the page's build, and, added to the workers' plugins, of theirs. */
  plugin(): Plugin {
    return {
      name: 'commonplace:shell-phases',
      apply: 'build',
      configResolved: ({ root, build }) => {
        this.#outDir = resolve(root, build.outDir);
      },
      generateBundle: (_, bundle) => {
        for (const file of Object.values(bundle)) {
          if (file.type !== 'chunk') continue;
          const styles = file.viteMetadata?.importedCss ?? [];
          const needs = [...file.imports, ...styles];
          this.#scripts.set(file.fileName, { name: file.name, needs });
        }
      },
    };
  }

  readonly split: ManifestTransform = async (entries) => {
    const firstScripts = this.#firstScripts();
    const isFirst = ({ url }: ManifestEntry): boolean => firstScripts.has(url) || this.#first.others.test(url);
    const later: LaterFile[] = await Promise.all(
      entries.filter((entry) => !isFirst(entry)).map(async ({ url }) => [url, await this.#pin(url)] as const),
    );
    later.sort(([left], [right]) => (left < right ? -1 : 1));
    await writeFile(join(this.#outDir, LATER_FILES_NAME), JSON.stringify(later));
    const first = [...entries.filter(isFirst), { url: LATER_FILES_NAME, revision: null, size: 0 }];
    const manifest = await Promise.all(
      first.map(async (entry) => {
        // Not the page: some hosts write a line of their own into it, and whoever can change that file can change the
        // service worker too.
        if (entry.url === 'index.html') return entry;
        const integrity = await this.#pin(entry.url);
        return { ...entry, revision: entry.url === LATER_FILES_NAME ? integrity : entry.revision, integrity };
      }),
    );
    return { manifest };
  };

  async #pin(url: string): Promise<string> {
    const bytes = await readFile(join(this.#outDir, url));
    return `sha256-${createHash('sha256').update(bytes).digest('base64')}`;
  }

  /** The named scripts with all that they import at once. */
  #firstScripts(): ReadonlySet<string> {
    const found = new Set<string>();
    const follow = (fileName: string): void => {
      if (found.has(fileName)) return;
      found.add(fileName);
      for (const needed of this.#scripts.get(fileName)?.needs ?? []) follow(needed);
    };
    for (const wanted of this.#first.scripts) {
      const files = [...this.#scripts].filter(([, { name }]) => name === wanted);
      if (files.length === 0) throw new Error(`The build has no script called "${wanted}" for the first phase.`);
      for (const [fileName] of files) follow(fileName);
    }
    return found;
  }
}
