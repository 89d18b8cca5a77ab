// `npm start`: installs what is missing, builds the app and serves it on localhost. Works on a fresh clone.
import process from 'node:process';
import { installIfStale, requireNode, run } from './prepare.mjs';

requireNode();
installIfStale();
run('npm', ['run', 'build']);
await import('./serve.mjs');
process.stdout.write('  Everything stays in the browser that opens it; this server only hands out the app.\n\n');
