import type { ChunkDirection } from './vector-index.ts';

/**
 * Cosine of two directions, estimated where one or both are known by their signs alone. For normally distributed
 * components the share of equal signs tells the angle (Charikar, STOC 2002: cos θ = sin(π/2 · (1 − 2 θ/π))), and signs against
 * components shrink the cosine by √(2/π).
 */
export function directionSimilarity(left: ChunkDirection, right: ChunkDirection): number {
  let dot = 0;
  for (let i = 0; i < left.values.length; i++) dot += left.values[i]! * right.values[i]!;
  if (left.isExact && right.isExact) return dot;
  const estimate = left.isExact || right.isExact ? dot * Math.sqrt(Math.PI / 2) : Math.sin((Math.PI / 2) * dot);
  return Math.max(-1, Math.min(1, estimate));
}
