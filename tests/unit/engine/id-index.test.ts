import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { idFromBytes, idToBytes, type ChunkId } from '../../../src/domain/ids.ts';
import { IdColumn } from '../../../src/engine/id-column.ts';
import { groupOf, hasTwins, IdIndex, ordinalOf } from '../../../src/engine/id-index.ts';

/** Few different ids, so that they meet; some differ in their last byte alone. */
function idOf(number: number): ChunkId {
  const bytes = new Uint8Array(16);
  bytes[0] = number % 7;
  bytes[15] = number;
  return idFromBytes<ChunkId>(bytes);
}

const columns = fc.array(
  fc.record({
    ids: fc.uniqueArray(fc.integer({ min: 0, max: 60 }), { maxLength: 40 }),
    removes: fc.option(fc.nat(), { nil: undefined }),
  }),
  { maxLength: 12 },
);

describe('an index of ids', () => {
  it('finds every place of an id in the columns that are there, and tells of twins as they come in', () => {
    fc.assert(
      fc.property(columns, (steps) => {
        const index = new IdIndex<ChunkId>();
        const kept = new Map<number, readonly number[]>();
        for (const { ids, removes } of steps) {
          const twins: string[] = [];
          const group = index.add(IdColumn.of(ids.map(idOf)), (ordinal, other, otherOrdinal) =>
            twins.push(`${ordinal} ${other} ${otherOrdinal}`),
          );
          const expected = [...kept].flatMap(([other, theirs]) =>
            ids.flatMap((id, ordinal) => {
              const at = theirs.indexOf(id);
              return at < 0 ? [] : [`${ordinal} ${other} ${at}`];
            }),
          );
          expect(twins.sort()).toEqual(expected.sort());
          kept.set(group, ids);
          const gone = removes === undefined ? undefined : [...kept.keys()][removes % kept.size];
          if (gone !== undefined) {
            index.remove(gone);
            kept.delete(gone);
          }
          for (let id = 0; id <= 61; id++) {
            const places: string[] = [];
            index.find(idToBytes(idOf(id)), (at, ordinal) => {
              places.push(`${at} ${ordinal}`);
              return false;
            });
            const all = [...kept].flatMap(([at, theirs]) =>
              theirs.includes(id) ? [`${at} ${theirs.indexOf(id)}`] : [],
            );
            expect(places.sort()).toEqual(all.sort());
          }
        }
      }),
      { numRuns: 60 },
    );
  });

  it('keeps what it has as it grows', () => {
    const index = new IdIndex<ChunkId>();
    const random = (seed: number): ChunkId =>
      idFromBytes<ChunkId>(Uint8Array.from({ length: 16 }, (_, at) => (seed * 31 + at * 17 + (seed >> at)) & 255));
    const ids = Array.from({ length: 6000 }, (_, at) => {
      const bytes = idToBytes(random(at));
      new DataView(bytes.buffer).setUint32(4, at);
      return idFromBytes<ChunkId>(bytes);
    });
    for (let first = 0; first < ids.length; first += 500) index.add(IdColumn.of(ids.slice(first, first + 500)));
    for (const [at, id] of ids.entries()) {
      const place = index.find(idToBytes(id), () => true);
      expect([groupOf(place), ordinalOf(place)]).toEqual([Math.floor(at / 500), at % 500]);
    }
    expect(hasTwins(IdColumn.of(ids))).toBe(false);
    expect(hasTwins(IdColumn.of([...ids, ids[17]!]))).toBe(true);
  });
});
