import type { Citation } from '../../../domain/citation.ts';
import { placeText } from '../../text/chat.ts';

/** An answer to paste elsewhere: its Markdown, with each citation as a footnote that names document and place. */
export function answerWithFootnotes(text: string, citations: readonly Citation[]): string {
  const known = new Set(citations.map(({ marker }) => marker));
  const body = text
    .trim()
    .replace(/\[(\d{1,3})\](?!\()/g, (token, marker: string) => (known.has(Number(marker)) ? `[^${marker}]` : token));
  const notes = citations.map((citation) => {
    const place = placeText(citation.locator);
    return `[^${citation.marker}]: ${citation.title}${place === '' ? '' : `, ${place}`} (${citation.path})`;
  });
  return notes.length === 0 ? body : `${body}\n\n${notes.join('\n')}\n`;
}
