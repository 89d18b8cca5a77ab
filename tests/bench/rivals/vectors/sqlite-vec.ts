import sqlite3InitModule from 'sqlite-vec-wasm-demo';
import type { VectorContestant } from '../../contest/vector-contestant.ts';

/**
 * What the package as published needs in order to start: a listener, for then it waits until its own last part is there;
 * and something where it looks whether numbers of 64 bits work, which it was not built to tell.
 */
const START_OPTIONS = { setStatus: () => undefined, HEAPU64: true };

/** A `vec0` table of floats, of bytes, or of floats with bit codes whose best are scored again. */
export async function createSqliteVec(way: 'float' | 'int8' | 'bit'): Promise<VectorContestant> {
  const sqlite3 = await sqlite3InitModule(START_OPTIONS);
  const database = new sqlite3.oo1.DB(':memory:');
  let find: ReturnType<typeof database.prepare> | undefined;
  return {
    ...(way === 'bit'
      ? { efforts: [200, 500, 1000, 1500, 2000, 3000, 4000], effortName: 'rescored' }
      : { efforts: [0] }),
    build({ rows, count, dimensions }) {
      const columns = {
        float: `floats float[${dimensions}] distance_metric=cosine`,
        int8: `bytes int8[${dimensions}] distance_metric=cosine`,
        bit: `floats float[${dimensions}], bits bit[${dimensions}]`,
      };
      database.exec(`create virtual table vectors using vec0(id integer primary key, ${columns[way]})`);
      const insert = database.prepare(
        {
          float: 'insert into vectors(id, floats) values (?, ?)',
          int8: "insert into vectors(id, bytes) values (?, vec_quantize_int8(?, 'unit'))",
          bit: 'insert into vectors(id, floats, bits) values (?1, ?2, vec_quantize_binary(?2))',
        }[way],
      );
      database.exec('begin');
      for (let row = 0; row < count; row++) {
        insert
          .bind(1, BigInt(row))
          .bind(2, bytesOf(rows.slice(row * dimensions, (row + 1) * dimensions)))
          .stepReset();
      }
      database.exec('commit');
      insert.finalize();
      find = database.prepare(
        {
          float: 'select id from vectors where floats match ?1 and k = ?2 order by distance',
          int8: "select id from vectors where bytes match vec_quantize_int8(?1, 'unit') and k = ?2 order by distance",
          bit: `with near as (select id, floats from vectors where bits match vec_quantize_binary(?1) and k = ?3)
                select id from near order by vec_distance_cosine(floats, ?1) limit ?2`,
        }[way],
      );
    },
    search(query, k, candidates) {
      if (find === undefined) throw new Error('Nothing was built.');
      find.bind(1, bytesOf(query)).bind(2, k);
      if (way === 'bit') find.bind(3, candidates);
      const ids: number[] = [];
      while (find.step()) ids.push(find.getInt(0));
      find.reset();
      return ids;
    },
  };
}

function bytesOf(row: Float32Array): Uint8Array {
  return new Uint8Array(row.buffer, row.byteOffset, row.byteLength);
}
