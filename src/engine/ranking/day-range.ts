export interface TimeRange {
  /** Milliseconds since 1970 in local time; `end` is exclusive. */
  readonly start: number;
  readonly end: number;
}

const DATE = /^(\d{4})(?:[-/.](\d{1,2})(?:[-/.](\d{1,2}))?)?$/u;

/**
 * The time a date written as `2024`, `2024-03`, `2024-03-05`, `today`, `yesterday`, or two of them with `..` between stands
 * for; `undefined` for anything else, and for days that do not exist.
 */
export function dayRange(written: string, now: number): TimeRange | undefined {
  const [from = '', to, ...rest] = written.trim().toLowerCase().split('..');
  if (rest.length > 0) return undefined;
  const first = oneDate(from, now);
  if (to === undefined || first === undefined) return first;
  const last = oneDate(to, now);
  return last === undefined || last.end <= first.start ? undefined : { start: first.start, end: last.end };
}

function oneDate(written: string, now: number): TimeRange | undefined {
  if (written === 'today' || written === 'yesterday') {
    const today = new Date(now);
    const day = today.getDate() - (written === 'today' ? 0 : 1);
    return between(today.getFullYear(), today.getMonth(), day, 0, 0, 1);
  }
  const match = DATE.exec(written);
  if (match === null) return undefined;
  const [, year = '', month, day] = match;
  if (month === undefined) return between(Number(year), 0, 1, 1, 0, 0);
  const monthIndex = Number(month) - 1;
  if (monthIndex < 0 || monthIndex > 11) return undefined;
  if (day === undefined) return between(Number(year), monthIndex, 1, 0, 1, 0);
  const exists = new Date(Number(year), monthIndex, Number(day)).getDate() === Number(day);
  return exists ? between(Number(year), monthIndex, Number(day), 0, 0, 1) : undefined;
}

function between(year: number, month: number, day: number, years: number, months: number, days: number): TimeRange {
  return {
    start: new Date(year, month, day).getTime(),
    end: new Date(year + years, month + months, day + days).getTime(),
  };
}
