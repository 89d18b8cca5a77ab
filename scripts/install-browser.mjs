// Finds a Chromium for the tests or installs one: Playwright's own, else the system's package. Prints its path.
import process from 'node:process';
import { pathToFileURL } from 'node:url';
import { findBrowser } from './find-browser.mjs';
import { fail, tryRun } from './prepare.mjs';

/** The path of a Chromium; ends the program with what to do if none can be had. Needs the packages installed. */
export function installBrowser() {
  let path = findBrowser();
  if (path === undefined) {
    process.stdout.write('No Chromium was found; fetching one with Playwright…\n');
    tryRun('npx', ['playwright', 'install', 'chromium']);
    path = findBrowser();
  }
  const isRoot = process.getuid?.() === 0;
  if (path === undefined && process.platform === 'linux' && isRoot) {
    process.stdout.write("Playwright's Chromium could not be had; installing the system's package…\n");
    const quiet = { DEBIAN_FRONTEND: 'noninteractive' };
    if (tryRun('apt-get', ['update'], quiet) === 0) {
      tryRun('apt-get', ['install', '-y', '--no-install-recommends', 'chromium'], quiet);
    }
    path = findBrowser();
  }
  if (path === undefined) {
    fail('The end-to-end tests need Chromium or Chrome. Install one, or set CHROME_PATH to it, and try again.');
  }
  return path;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) process.stdout.write(`${installBrowser()}\n`);
