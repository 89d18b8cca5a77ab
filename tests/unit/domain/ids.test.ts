import { describe, expect, it } from 'vitest';
import { idFromBytes, idToBytes, type ChunkId } from '../../../src/domain/ids.ts';

describe('ids', () => {
  it('are the hexadecimal digits of their bytes, and come back as these', () => {
    for (let first = 0; first < 256; first++) {
      const bytes = Uint8Array.from({ length: 16 }, (_, at) => (first * (at + 1) + at) & 0xff);
      const id = idFromBytes<ChunkId>(bytes);
      expect(id).toBe(Buffer.from(bytes).toString('hex'));
      expect(idToBytes(id)).toEqual(bytes);
    }
  });
});
