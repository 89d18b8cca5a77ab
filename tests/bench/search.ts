// node scripts/run-ts.mjs tests/bench/search.ts [chunks] [dimensions] — one figure a line, as JSON.
import { runSearchBench } from './search-bench.ts';

const [chunkCount = 10_000, dimensions = 384] = process.argv.slice(2).map(Number);
for (const figure of await runSearchBench({ chunkCount, dimensions, queryCount: 200 })) {
  process.stdout.write(`${JSON.stringify(figure)}\n`);
}
