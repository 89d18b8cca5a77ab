import type { PassageVectors } from '../../src/domain/passage-vectors.ts';

/** More parts of one text are not read: a passage is never so long, and a text that is must not hold up the others. */
const MAX_PARTS = 64;

/** Cuts tokens into as few parts of at most `room` tokens as it takes, of about the same length; one part when they fit. */
export function splitEvenly(ids: readonly number[], room: number): (readonly number[])[] {
  const count = Math.min(Math.max(1, Math.ceil(ids.length / room)), MAX_PARTS);
  if (count === 1) return [ids.slice(0, room)];
  const length = Math.min(ids.length, count * room);
  const startOf = (part: number): number => Math.round((part * length) / count);
  return Array.from({ length: count }, (_, part) => ids.slice(startOf(part), startOf(part + 1)));
}

/**
 * Puts before the rows of each text that has several parts the row of the whole: their mean, at length 1.
 * `rows` holds the parts' rows in order, `partCounts[i]` of them for text i.
 */
export function wholeFromParts(rows: Float32Array, partCounts: readonly number[], dimensions: number): PassageVectors {
  const rowCounts = Uint16Array.from(partCounts, (count) => (count === 1 ? 1 : count + 1));
  const vectors = new Float32Array(rowCounts.reduce((sum, count) => sum + count, 0) * dimensions);
  let from = 0;
  let to = 0;
  for (const count of partCounts) {
    const parts = rows.subarray(from, from + count * dimensions);
    from += parts.length;
    if (count > 1) {
      putMean(parts, vectors.subarray(to, to + dimensions));
      to += dimensions;
    }
    vectors.set(parts, to);
    to += parts.length;
  }
  return { vectors, rowCounts };
}

function putMean(parts: Float32Array, target: Float32Array): void {
  for (let i = 0; i < parts.length; i++) target[i % target.length]! += parts[i]!;
  // The mean's divisor cancels out in the scaling.
  const norm = Math.hypot(...target);
  if (norm > 0) for (let d = 0; d < target.length; d++) target[d]! /= norm;
}
