import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

export const RIVALS_DIR = join(import.meta.dirname, 'rivals');
const LOCKFILE = join(RIVALS_DIR, 'package-lock.json');

/** Installs the libraries that are compared with, once, into a folder of their own that git ignores. */
export function installRivals(): void {
  const installed = join(RIVALS_DIR, 'node_modules/.package-lock.json');
  if (existsSync(installed) && versionsIn(installed) === versionsIn(LOCKFILE)) return;
  // Their install scripts would fetch files from elsewhere; nothing here needs them.
  execFileSync('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund'], {
    cwd: RIVALS_DIR,
    stdio: ['ignore', 2, 2],
  });
}

/** The version of a rival as the lockfile has it. */
export function versionOf(packageName: string): string {
  return readLock(LOCKFILE).packages[`node_modules/${packageName}`]?.version ?? '';
}

interface Lock {
  readonly packages: Readonly<Record<string, { readonly version?: string; readonly dependencies?: object }>>;
}

function readLock(path: string): Lock {
  return JSON.parse(readFileSync(path, 'utf8')) as Lock;
}

/** What `package.json` asks for, in the versions of a lockfile. */
function versionsIn(path: string): string {
  const wanted = Object.keys(readLock(LOCKFILE).packages['']?.dependencies ?? {});
  const { packages } = readLock(path);
  return wanted.map((name) => `${name} ${packages[`node_modules/${name}`]?.version ?? ''}`).join('\n');
}
