import { prefixWord } from './dictionary-reader.ts';
import type { TermTable } from './term-table.ts';

/** A word of four bytes and a place beside it fit into a float's 53 bits as long as there are no more places than this. */
const MAX_PACKED = 1 << 21;
const PLACES = 2 ** 21;
/** Fewer than this are put in order by comparing. */
const FEW = 12;

/**
 * Sorts numbers of distinct terms by the bytes of their keys, which is by code point: four bytes at a time as numbers, whose
 * order needs no comparing of keys.
 */
export function sortByKey(numbers: Uint32Array, table: TermTable): void {
  sortFrom(numbers, 0, table);
}

function sortFrom(numbers: Uint32Array, depth: number, table: TermTable): void {
  if (numbers.length < FEW || numbers.length > MAX_PACKED) {
    sortByComparing(numbers, depth, table);
    return;
  }
  const { bytes, starts } = table;
  const packed = new Float64Array(numbers.length);
  for (let i = 0; i < numbers.length; i++) {
    const number = numbers[i] ?? 0;
    packed[i] = prefixWord(bytes, (starts[number] ?? 0) + depth, starts[number + 1] ?? 0) * PLACES + i;
  }
  packed.sort();
  const before = numbers.slice();
  let runStart = 0;
  let runWord = -1;
  for (let i = 0; i < packed.length; i++) {
    const value = packed[i] ?? 0;
    const word = Math.floor(value / PLACES);
    numbers[i] = before[value - word * PLACES] ?? 0;
    if (word === runWord) continue;
    // No key holds a zero byte, so keys that end within a word differ in it from all others.
    if (i - runStart > 1) sortFrom(numbers.subarray(runStart, i), depth + 4, table);
    runStart = i;
    runWord = word;
  }
  if (numbers.length - runStart > 1) sortFrom(numbers.subarray(runStart), depth + 4, table);
}

function sortByComparing(numbers: Uint32Array, depth: number, { bytes, starts }: TermTable): void {
  const compare = (left: number, right: number): number => {
    let a = (starts[left] ?? 0) + depth;
    let b = (starts[right] ?? 0) + depth;
    const aEnd = starts[left + 1] ?? 0;
    const bEnd = starts[right + 1] ?? 0;
    for (; a < aEnd && b < bEnd; a++, b++) {
      const difference = (bytes[a] ?? 0) - (bytes[b] ?? 0);
      if (difference !== 0) return difference;
    }
    return aEnd - a - (bEnd - b);
  };
  if (numbers.length >= FEW) {
    numbers.sort(compare);
    return;
  }
  for (let i = 1; i < numbers.length; i++) {
    const number = numbers[i] ?? 0;
    let at = i;
    for (; at > 0 && compare(numbers[at - 1] ?? 0, number) > 0; at--) numbers[at] = numbers[at - 1] ?? 0;
    numbers[at] = number;
  }
}
