const DROPPED = /^(script|style|template|noscript|svg|iframe)$/;
const BREAKING = /^(br|p|div|li|tr|h[1-6]|summary|dt|dd)$/;

/** The words of a piece of raw HTML inside Markdown: tags and comments go, so do scripts. One linear pass. */
export function textOfHtml(html: string): string {
  let text = '';
  let skippedUntil = '';
  for (let at = 0; at < html.length;) {
    const open = html.indexOf('<', at);
    const stop = open < 0 ? html.length : open;
    if (skippedUntil === '') text += html.slice(at, stop);
    if (open < 0) break;
    const comment = html.startsWith('<!--', open);
    const close = html.indexOf(comment ? '-->' : '>', open);
    if (close < 0) break;
    if (!comment) {
      const name = /^\/?([a-z][a-z0-9]*)/i.exec(html.slice(open + 1, open + 32))?.[1]?.toLowerCase() ?? '';
      const closing = html[open + 1] === '/';
      if (skippedUntil !== '') {
        if (closing && name === skippedUntil) skippedUntil = '';
      } else if (DROPPED.test(name) && !closing && html[close - 1] !== '/') skippedUntil = name;
      else if (BREAKING.test(name) && !text.endsWith('\n')) text += '\n';
    }
    at = close + (comment ? 3 : 1);
  }
  return decodeEntities(text)
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '')
    .join('\n');
}

const ENTITIES: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'", nbsp: ' ' };

function decodeEntities(text: string): string {
  return text.replace(/&(amp|lt|gt|quot|apos|nbsp);/g, (whole, name: string) => ENTITIES[name] ?? whole);
}
