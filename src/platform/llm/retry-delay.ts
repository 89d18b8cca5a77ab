const FIRST_WAIT_MS = 500;
const LONGEST_WAIT_MS = 8000;
/** A provider that asks for more patience than this is not waited for. */
export const LONGEST_RETRY_AFTER_MS = 60_000;

/**
 * Milliseconds to wait by a Retry-After header: seconds or an HTTP date (RFC 9110 §10.2.3). `undefined` when there
 * is none that can be read; a date in the past is 0.
 */
export function parseRetryAfter(value: string | undefined, nowMs: number): number | undefined {
  if (value === undefined) return undefined;
  if (/^\s*\d+(?:\.\d+)?\s*$/u.test(value)) return Number(value) * 1000;
  const date = /^[A-Za-z]{3,9},? /u.test(value) ? Date.parse(value) : Number.NaN;
  return Number.isNaN(date) ? undefined : Math.max(0, date - nowMs);
}

/**
 * Exponential backoff with "equal jitter" (half fixed, half random, after the AWS Architecture Blog, 2015).
 * `retry` counts from 0, `random` is in [0, 1).
 */
export function backoffMs(retry: number, random: number): number {
  const full = Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** retry);
  return Math.round(full / 2 + (full / 2) * random);
}
