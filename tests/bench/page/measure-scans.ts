import { TopK } from '../../../src/engine/ranking/top-k.ts';
import { VectorIndex } from '../../../src/engine/vector/vector-index.ts';
import { spread, timed, type Figure } from '../figure.ts';
import { randomFrom } from '../made-text.ts';

const K = 100;

/** The index's scan in two stages against the plain loop over floats that it replaces, taking turns on the same vectors. */
export async function measureScans(request: {
  readonly rowCount: number;
  readonly dimensions: number;
  readonly runs: number;
}): Promise<Figure[]> {
  const { rowCount, dimensions, runs } = request;
  const random = randomFrom(5);
  const rows = new Float32Array(rowCount * dimensions);
  for (let row = 0; row < rowCount; row++) rows.set(unitVector(random, dimensions), row * dimensions);
  const index = new VectorIndex({ dimensions });
  index.add(rows);

  const indexMs: number[] = [];
  const floatsMs: number[] = [];
  // The first tenth warms the compiler up and is not counted.
  const warmUp = Math.ceil(runs / 10);
  for (let run = -warmUp; run < runs; run++) {
    const query = unitVector(random, dimensions);
    const overIndex = await timed(() => index.search(query, K));
    const overFloats = await timed(() => scanFloats(query, rows));
    if (run < 0) continue;
    indexMs.push(overIndex);
    floatsMs.push(overFloats);
  }
  const name = `${rowCount} × ${dimensions}`;
  const ratio = spread(indexMs).p50Ms / spread(floatsMs).p50Ms;
  return [
    { bench: 'scan', name: `plain Float32Array loop, ${name}`, n: runs, ...spread(floatsMs) },
    {
      bench: 'scan',
      name: `vector index, ${name}`,
      n: runs,
      ...spread(indexMs),
      ratio,
      rival: 'plain Float32Array loop',
    },
  ];
}

function scanFloats(query: Float32Array, rows: Float32Array): readonly unknown[] {
  const best = newTopK();
  const dimensions = query.length;
  for (let row = 0, at = 0; at < rows.length; row++) {
    let dot = 0;
    for (let i = 0; i < dimensions; i++, at++) dot += (query[i] ?? 0) * (rows[at] ?? 0);
    best.offer(dot, row);
  }
  return best.drain();
}

function newTopK(): TopK {
  return new TopK(K, (left, right) => left < right);
}

function unitVector(random: () => number, dimensions: number): Float32Array {
  // Sum of uniforms: near enough to normal for directions.
  const vector = Float32Array.from({ length: dimensions }, () => random() + random() + random() + random() - 2);
  const length = Math.hypot(...vector);
  return vector.map((value) => value / length);
}
