import type { PassageVectors } from '../../domain/passage-vectors.ts';
import { asFloat32, damagedSegment, readSegment, type SegmentKind } from '../../engine/segment-bytes.ts';

/** Vectors as the first format of libraries kept them: one row of int8 codes with a scale for each chunk. */
const KIND: SegmentKind = { magic: 'CPVQ', version: 1, headerWords: 2, sections: 2 };

/** The rows as floats; none for a chunk that had no vector yet. Throws `InvalidInputError` on anything else. */
export function readFormerVectors(bytes: Uint8Array): PassageVectors {
  const sections = readSegment(KIND, bytes);
  const [chunkCount = 0, dimensions = 0] = sections.header;
  const scales = asFloat32(sections.section(0));
  const codeBytes = sections.section(1);
  const codes = new Int8Array(codeBytes.buffer, codeBytes.byteOffset, codeBytes.byteLength);
  if (dimensions === 0 || scales.length !== chunkCount || codes.length !== chunkCount * dimensions) {
    throw damagedSegment('its vectors do not add up');
  }
  const rowCounts = Uint16Array.from(scales, (scale) => (scale === 0 ? 0 : 1));
  const vectors = new Float32Array(rowCounts.reduce((sum, rows) => sum + rows, 0) * dimensions);
  let offset = 0;
  for (const [ordinal, scale] of scales.entries()) {
    if (scale === 0) continue;
    for (let i = 0; i < dimensions; i++) vectors[offset++] = (codes[ordinal * dimensions + i] ?? 0) * scale;
  }
  return { vectors, rowCounts };
}
