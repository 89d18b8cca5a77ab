import { serveScans, type ScanThreadStart } from '../../src/engine/vector/thread-crew.ts';

// The one message this thread gets: from then on it waits for orders in the memory it shares with the search worker.
self.addEventListener('message', ({ data }: MessageEvent<ScanThreadStart>) => serveScans(data), { once: true });
