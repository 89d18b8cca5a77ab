// `npm test`: installs, finds a browser, then runs the checks, the unit tests and the end-to-end tests on a fresh
// production build. Works on a fresh clone. The last line reads "N passed, N failed"; a failed check counts as one.
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { installBrowser } from './install-browser.mjs';
import { installIfStale, requireNode, ROOT, tryRun } from './prepare.mjs';

requireNode();
installIfStale();
const browser = installBrowser();
process.stdout.write(`Browser: ${browser}\n`);

const reports = join(ROOT, 'test-results');
rmSync(reports, { recursive: true, force: true });
mkdirSync(reports, { recursive: true });
const unitReport = join(reports, 'unit.json');
// Playwright empties test-results/ when it starts.
const endToEndReport = join(ROOT, 'node_modules/.cache/end-to-end.json');
rmSync(endToEndReport, { force: true });

const checks = ['check:svelte', 'check:workers', 'check:tests', 'check:lint', 'check:format', 'build', 'size'];
const results = checks.map((name) => {
  heading(name);
  const hasPassed = tryRun('npm', ['run', '--silent', name]) === 0;
  return { name, passed: hasPassed ? 1 : 0, failed: hasPassed ? 0 : 1, skipped: 0 };
});

heading('unit');
const unitStatus = tryRun('npx', [
  'vitest',
  'run',
  '--reporter=default',
  '--reporter=json',
  `--outputFile.json=${unitReport}`,
]);
results.push(
  summary('unit', unitStatus, unitReport, (report) => ({
    passed: report.numPassedTests,
    failed: report.numFailedTests,
    skipped: report.numPendingTests + report.numTodoTests,
  })),
);

heading('end-to-end');
const env = { CHROME_PATH: browser, PLAYWRIGHT_JSON_OUTPUT_FILE: endToEndReport };
const endToEndStatus = tryRun('npx', ['playwright', 'test'], env);
results.push(
  summary('end-to-end', endToEndStatus, endToEndReport, ({ stats }) => ({
    passed: stats.expected + stats.flaky,
    failed: stats.unexpected,
    skipped: stats.skipped,
  })),
);

heading('Results');
for (const { name, passed, failed, skipped } of results) {
  process.stdout.write(
    `${name.padEnd(16)} ${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}\n`,
  );
}
const total = (key) => results.reduce((sum, result) => sum + result[key], 0);
process.stdout.write(`\n${total('passed')} passed, ${total('failed')} failed\n`);
process.exitCode = total('failed') === 0 ? 0 : 1;

/** Counts from a runner's report. A run that failed without a failed test to show for it counts as one failure. */
function summary(name, status, reportPath, count) {
  if (!existsSync(reportPath)) return { name, passed: 0, failed: 1, skipped: 0 };
  const counts = count(JSON.parse(readFileSync(reportPath, 'utf8')));
  const hidden = status !== 0 && counts.failed === 0 ? 1 : 0;
  return { name, ...counts, failed: counts.failed + hidden };
}

function heading(text) {
  process.stdout.write(`\n── ${text} ${'─'.repeat(Math.max(0, 70 - text.length))}\n`);
}
