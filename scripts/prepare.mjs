// What `npm start` and `npm test` need before anything is installed. Node's own modules only.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';

export const ROOT = join(import.meta.dirname, '..');
const MARK = join(ROOT, 'node_modules/.commonplace-lock-digest');

/** Ends with a plain message if this Node is older than the tools need. */
export function requireNode() {
  const { node: needed } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')).engines;
  const [major, minor] = needed
    .replace(/[^\d.]/g, '')
    .split('.')
    .map(Number);
  const [ownMajor, ownMinor] = process.versions.node.split('.').map(Number);
  if (ownMajor > major || (ownMajor === major && ownMinor >= minor)) return;
  fail(
    `Node ${needed} is needed; this is ${process.versions.node}. Get a newer one from https://nodejs.org and try again.`,
  );
}

/** Runs `npm ci` unless what is installed is what package-lock.json says. */
export function installIfStale() {
  const digest = createHash('sha256')
    .update(readFileSync(join(ROOT, 'package-lock.json')))
    .digest('hex');
  if (existsSync(MARK) && readFileSync(MARK, 'utf8') === digest) return;
  process.stdout.write('Installing the packages of package-lock.json…\n');
  run('npm', ['ci', '--no-audit', '--no-fund']);
  writeFileSync(MARK, digest);
}

/** Runs a program with its output shown; ends this one with the same status if it fails. */
export function run(program, programArguments, env = {}) {
  const status = tryRun(program, programArguments, env);
  if (status !== 0) fail(`"${program} ${programArguments.join(' ')}" failed; its output is above.`);
}

/** Runs a program with its output shown. Returns its exit status; 127 when there is no such program. */
export function tryRun(program, programArguments, env = {}) {
  const { status, error, signal } = spawnSync(program, programArguments, {
    cwd: ROOT,
    stdio: 'inherit',
    shell: process.platform === 'win32',
    env: { ...process.env, ...env },
  });
  if (error) return error.code === 'ENOENT' ? 127 : 1;
  return status ?? (signal ? 1 : 0);
}

/** Ends this program with a message. */
export function fail(message) {
  process.stderr.write(`\n${message}\n`);
  process.exit(1);
}
