import { compareCodePoints } from './code-point-order.ts';
import { DictionaryReader } from './dictionary-reader.ts';
import { type LexicalSegment, SIDE_FIELDS, withoutZeros } from './lexical-segment.ts';
import { PostingCursor } from './postings.ts';
import { SegmentWriter } from './segment-writer.ts';
import { SKETCH_BYTES } from './sketch.ts';

interface MergeInput {
  readonly segment: LexicalSegment;
  /** New ordinal of each chunk, -1 for one that is left out. */
  readonly ordinals: Int32Array;
  readonly reader: DictionaryReader;
  /** Key the reader stands on; `undefined` past the last. */
  key: string | undefined;
}

/**
 * One segment out of several, without the texts. Chunks keep their order, segment by segment; those whose byte in
 * `liveMasks` is 0 are left out (a mask that is absent keeps all). The same as building anew from the chunks that
 * are left, except that a language of which nothing is left may still be named.
 */
export function mergeLexicalSegments(
  segments: readonly LexicalSegment[],
  liveMasks: readonly (Uint8Array | undefined)[] = [],
): LexicalSegment {
  let chunkCount = 0;
  let languageMask = 0;
  const inputs = segments.map((segment, index): MergeInput => {
    const mask = liveMasks[index];
    const ordinals = new Int32Array(segment.chunkCount);
    for (let ordinal = 0; ordinal < segment.chunkCount; ordinal++) {
      ordinals[ordinal] = mask?.[ordinal] === 0 ? -1 : chunkCount++;
    }
    languageMask |= segment.languageMask;
    const reader = new DictionaryReader(segment);
    return { segment, ordinals, reader, key: reader.next() ? reader.keyText() : undefined };
  });
  const writer = new SegmentWriter(chunkCount);
  for (;;) {
    const key = smallestKey(inputs);
    if (key === undefined) break;
    writeKey(inputs, key, writer);
  }
  return { chunkCount, languageMask, ...perChunk(inputs, chunkCount), ...writer.finish() };
}

function smallestKey(inputs: readonly MergeInput[]): string | undefined {
  let smallest: string | undefined;
  for (const { key } of inputs) {
    if (key !== undefined && (smallest === undefined || compareCodePoints(key, smallest) < 0)) smallest = key;
  }
  return smallest;
}

function writeKey(inputs: readonly MergeInput[], key: string, writer: SegmentWriter): void {
  let isBegun = false;
  for (const input of inputs) {
    if (input.key !== key) continue;
    const cursor = new PostingCursor(input.segment, input.reader.list());
    while (cursor.ordinal < input.segment.chunkCount) {
      const ordinal = input.ordinals[cursor.ordinal] ?? -1;
      if (ordinal >= 0) {
        if (!isBegun) writer.beginTerm(key);
        isBegun = true;
        writer.add(ordinal, cursor.body, cursor.side);
      }
      cursor.next();
    }
    input.key = input.reader.next() ? input.reader.keyText() : undefined;
  }
  if (isBegun) writer.endTerm(key);
}

function perChunk(
  inputs: readonly MergeInput[],
  chunkCount: number,
): Pick<LexicalSegment, 'bodyLengths' | 'sideLengths' | 'sketches'> {
  const bodyLengths = new Uint16Array(chunkCount);
  const sideLengths = new Uint8Array(chunkCount * SIDE_FIELDS);
  const sketches = new Uint8Array(chunkCount * SKETCH_BYTES);
  for (const { segment, ordinals } of inputs) {
    ordinals.forEach((target, ordinal) => {
      if (target < 0) return;
      bodyLengths[target] = segment.bodyLengths[ordinal] ?? 0;
      const sidesAt = ordinal * SIDE_FIELDS;
      sideLengths.set(segment.sideLengths.subarray(sidesAt, sidesAt + SIDE_FIELDS), target * SIDE_FIELDS);
      const sketchAt = ordinal * SKETCH_BYTES;
      sketches.set(segment.sketches.subarray(sketchAt, sketchAt + SKETCH_BYTES), target * SKETCH_BYTES);
    });
  }
  return { bodyLengths, sideLengths: withoutZeros(sideLengths), sketches };
}
