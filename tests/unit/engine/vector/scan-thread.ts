import { parentPort } from 'node:worker_threads';
import { serveScans, type ScanThreadStart } from '../../../../src/engine/vector/thread-crew.ts';

parentPort?.once('message', (start: ScanThreadStart) => serveScans(start));
