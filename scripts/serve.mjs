// Serves dist/: `node scripts/serve.mjs [--port 4173] [--base /library/] [--root dist] [--headers]`
// --headers adds the isolation headers that a host with header control would send.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { parseArgs } from 'node:util';
import { startStaticServer } from './static-server.mjs';

const ISOLATION_HEADERS = {
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Embedder-Policy': 'require-corp',
  'Cross-Origin-Resource-Policy': 'same-origin',
};
const TRIED_PORTS = 20;

const { values } = parseArgs({
  options: {
    port: { type: 'string', default: '4173' },
    base: { type: 'string', default: '/' },
    root: { type: 'string', default: 'dist' },
    headers: { type: 'boolean', default: false },
  },
});
const root = join(import.meta.dirname, '..', values.root);
if (!existsSync(join(root, 'index.html'))) {
  process.stderr.write(`There is no build in ${root}. Run "npm run build" first, or "npm start", which builds too.\n`);
  process.exit(1);
}

const server = await firstFree(Number(values.port));
process.stdout.write(`\n  Commonplace is served at  ${server.url}\n  Stop it with Ctrl+C.\n\n`);
for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => void server.close().then(() => process.exit(0)));

/** The server on the first free port from the one asked for. */
async function firstFree(firstPort) {
  for (let port = firstPort; port < firstPort + TRIED_PORTS; port++) {
    try {
      return await startStaticServer({
        root,
        base: values.base,
        port,
        headers: values.headers ? ISOLATION_HEADERS : {},
      });
    } catch (error) {
      if (error.code !== 'EADDRINUSE') throw error;
    }
  }
  process.stderr.write(
    `Ports ${firstPort} to ${firstPort + TRIED_PORTS - 1} are all in use. Name another with --port.\n`,
  );
  return process.exit(1);
}
