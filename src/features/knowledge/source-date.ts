import type { ExtractedDocument } from '../../domain/extracted.ts';
import { dayRange } from '../../engine/ranking/day-range.ts';

/** Properties in which notes and office files say when they were written, the most telling first. */
const DATE_PROPERTIES = ['date', 'created', 'published', 'creationdate', 'modified', 'updated', 'moddate'];

/**
 * When a source says it was written, in milliseconds; `undefined` where it says nothing that can be read as a date.
 * `D:20240305…` is how PDFs write one.
 */
export function sourceDate({ properties }: Pick<ExtractedDocument, 'properties'>): number | undefined {
  const byName = new Map(Object.entries(properties).map(([name, value]) => [name.toLowerCase(), value]));
  for (const name of DATE_PROPERTIES) {
    const value = byName.get(name)?.trim() ?? '';
    const pdf = /^D:(\d{4})(\d{2})(\d{2})/u.exec(value);
    const day = pdf ? `${pdf[1]}-${pdf[2]}-${pdf[3]}` : /^\d{4}-\d{1,2}(?:-\d{1,2})?(?=$|[T\s])/u.exec(value)?.[0];
    const range = day === undefined ? undefined : dayRange(day, 0);
    if (range !== undefined) return range.start;
  }
  return undefined;
}
