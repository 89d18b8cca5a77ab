/** Numbers, sizes, dates and durations in words. All go through `Intl`, in the language of the catalogue. */
const LANGUAGE = 'en';

const wholeNumber = new Intl.NumberFormat(LANGUAGE);
const oneDecimal = new Intl.NumberFormat(LANGUAGE, { maximumFractionDigits: 1 });
const pluralRules = new Intl.PluralRules(LANGUAGE);
const day = new Intl.DateTimeFormat(LANGUAGE, { dateStyle: 'medium' });

export function count(value: number, one: string, other: string): string {
  return `${wholeNumber.format(value)} ${pluralRules.select(value) === 'one' ? one : other}`;
}

export function number(value: number): string {
  return wholeNumber.format(value);
}

const SIZE_UNITS = ['bytes', 'KB', 'MB', 'GB', 'TB'] as const;

/** Decimal units, as the system's own file manager shows them. */
export function size(sizeBytes: number): string {
  let value = sizeBytes;
  let unit = 0;
  while (value >= 999.5 && unit < SIZE_UNITS.length - 1) {
    value /= 1000;
    unit++;
  }
  const text = value < 10 && unit > 1 ? oneDecimal.format(value) : wholeNumber.format(Math.round(value));
  return `${text} ${SIZE_UNITS[unit] ?? ''}`;
}

export function date(time: number): string {
  return day.format(time);
}

/** A coarse duration: nobody needs the seconds of a quarter of an hour. */
export function duration(ms: number): string {
  const seconds = Math.round(ms / 1000);
  if (seconds < 60) return `${Math.max(5, Math.ceil(seconds / 5) * 5)} s`;
  const minutes = Math.round(seconds / 60);
  if (minutes < 60) return `${minutes} min`;
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

export function percent(fraction: number): string {
  return `${Math.floor(fraction * 100)}%`;
}
