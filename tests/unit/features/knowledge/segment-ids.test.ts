import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { idFromBytes, idToBytes } from '../../../../src/domain/ids.ts';
import type { ChunkId, ContentIdentity, DocumentId, SegmentId, VersionId } from '../../../../src/domain/ids.ts';
import { SegmentIds } from '../../../../src/features/knowledge/segment-ids.ts';
import { SegmentTable } from '../../../../src/features/knowledge/segment-table.ts';

/** Few different ids; the first four bytes of many are the same. */
function idOf<Id extends ChunkId | SegmentId>(number: number): Id {
  const bytes = new Uint8Array(16);
  bytes[1] = number % 3;
  bytes[15] = number;
  return idFromBytes<Id>(bytes);
}

function tableOf(numbers: readonly number[]): SegmentTable {
  return SegmentTable.of(
    numbers.map((number, position) => ({
      chunkId: idOf<ChunkId>(number),
      documentId: '00000000000000000000000000000001' as DocumentId,
      versionId: '00000000000000000000000000000002' as VersionId,
      identity: '00000000000000000000000000000003' as ContentIdentity,
      position,
    })),
  );
}

const segments = fc.array(fc.uniqueArray(fc.nat(40), { maxLength: 20 }), { minLength: 1, maxLength: 6 });

describe('where ids stand', () => {
  it('is the same whether they are looked for one by one, together, or in an index, as segments come and go', () => {
    fc.assert(
      fc.property(
        segments,
        fc.array(fc.nat(45), { maxLength: 12 }),
        fc.nat(6),
        fc.nat(6),
        (all, asked, indexed, gone) => {
          const alone = new SegmentIds();
          const together = new SegmentIds();
          const placesIn = (ids: SegmentIds): string[] =>
            asked.map((number) => {
              const found: string[] = [];
              ids.findChunk(idToBytes(idOf<ChunkId>(number)), (segmentId, ordinal) => {
                found.push(`${segmentId} ${ordinal}`);
                return false;
              });
              return found.sort().join();
            });
          const prepare = (): void => together.prepareChunks(asked.map((number) => idToBytes(idOf<ChunkId>(number))));
          const expectSame = (): void => {
            prepare();
            const expected = asked.map((number) =>
              [...here]
                .flatMap(([at, numbers]) => {
                  const ordinal = numbers.indexOf(number);
                  return ordinal < 0 ? [] : [`${idOf<SegmentId>(at)} ${ordinal}`];
                })
                .sort()
                .join(),
            );
            expect(placesIn(alone)).toEqual(expected);
            expect(placesIn(together)).toEqual(expected);
          };
          const here = new Map<number, readonly number[]>();
          for (const [at, numbers] of all.entries()) {
            for (const ids of [alone, together]) ids.add(idOf<SegmentId>(at), tableOf(numbers));
            here.set(at, numbers);
            prepare();
          }
          expectSame();
          for (let at = 0; at < indexed; at++) together.indexNext();
          expectSame();
          for (const ids of [alone, together]) ids.remove(idOf<SegmentId>(gone));
          here.delete(gone);
          expectSame();
        },
      ),
    );
  });
});
