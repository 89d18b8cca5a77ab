import { PGlite } from '@electric-sql/pglite';
import { vector } from '@electric-sql/pglite-pgvector';
import type { VectorContestant } from '../../contest/vector-contestant.ts';

const AT_ONCE = 200;

/** pgvector in memory: all rows read in sequence, its inverted lists, or its graph. */
export async function createPglite(way: 'sequence' | 'ivfflat' | 'hnsw'): Promise<VectorContestant> {
  const database = await PGlite.create({ extensions: { vector } });
  await database.exec('create extension vector');
  let setEffort = -1;
  const knob = way === 'ivfflat' ? 'ivfflat.probes' : 'hnsw.ef_search';
  return {
    efforts: { sequence: [0], ivfflat: [10, 30, 60, 90, 120, 180], hnsw: [40, 100, 150, 200, 300, 400, 600, 800] }[way],
    ...(way !== 'sequence' && { effortName: way === 'ivfflat' ? 'probes' : 'ef_search' }),
    async build({ rows, count, dimensions }) {
      await database.exec(`create table vectors (id int primary key, row vector(${dimensions}))`);
      for (let first = 0; first < count; first += AT_ONCE) {
        const values = Array.from({ length: Math.min(AT_ONCE, count - first) }, (_, at) => {
          const row = first + at;
          return `(${row},'${textOf(rows.subarray(row * dimensions, (row + 1) * dimensions))}')`;
        });
        await database.exec(`insert into vectors values ${values.join(',')}`);
      }
      if (way === 'ivfflat') {
        const lists = Math.max(10, Math.round(Math.sqrt(count)));
        await database.exec("set maintenance_work_mem = '512MB'");
        await database.exec(`create index on vectors using ivfflat (row vector_ip_ops) with (lists = ${lists})`);
      }
      if (way === 'hnsw') await database.exec('create index on vectors using hnsw (row vector_ip_ops)');
    },
    async search(query, k, effort) {
      if (way !== 'sequence' && effort !== setEffort) {
        await database.exec(`set ${knob} = ${effort}`);
        setEffort = effort;
      }
      const { rows } = await database.query<{ id: number }>('select id from vectors order by row <#> $1 limit $2', [
        textOf(query),
        k,
      ]);
      return rows.map(({ id }) => id);
    },
  };
}

function textOf(row: Float32Array): string {
  return `[${row.join(',')}]`;
}
