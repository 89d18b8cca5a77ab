/**
 * What Obsidian and similar apps add to Markdown: `[[Target#Heading|label]]`, `![[embed]]`, `%%comment%%`. A Markdown parser
 * would see emphasis and table cells inside them, so they are lifted out before it runs, each leaving a
 * private-use placeholder, and put back while the tree is written. Code is left alone.
 */
export interface WikiLink {
  readonly raw: string;
  readonly embed: boolean;
  readonly target: string;
  readonly label: string;
}

export interface LiftedSource {
  readonly text: string;
  readonly links: readonly WikiLink[];
}

const OPEN = '\uE000';
const CLOSE = '\uE001';
const PLACEHOLDER = /\uE000(\d+)\uE001/g;
const MAX_LINK_CHARS = 1_000;

/** Lifts links and drops comments, in one pass. */
export function liftObsidianSyntax(source: string): LiftedSource {
  const links: WikiLink[] = [];
  const out: string[] = [];
  let fence = '';
  let inComment = false;
  for (const line of source.replace(/[\uE000\uE001]/g, '').split('\n')) {
    const marker = inComment ? undefined : /^[ \t>]*(`{3,}|~{3,})(.*)$/.exec(line);
    const run = marker?.[1] ?? '';
    if (fence !== '') {
      out.push(line);
      if (run.startsWith(fence.charAt(0)) && run.length >= fence.length && marker?.[2]?.trim() === '') fence = '';
    } else if (run !== '' && !(run.startsWith('`') && marker?.[2]?.includes('`'))) {
      fence = run;
      out.push(line);
    } else if (inComment || line.includes('%%') || line.includes('[[')) {
      const lifted = liftLine(line, inComment, links);
      inComment = lifted.inComment;
      out.push(lifted.text);
    } else {
      out.push(line);
    }
  }
  return { text: out.join('\n'), links };
}

function liftLine(line: string, inCommentBefore: boolean, links: WikiLink[]): { text: string; inComment: boolean } {
  let text = '';
  let inComment = inCommentBefore;
  for (let at = 0; at < line.length;) {
    if (inComment) {
      const end = line.indexOf('%%', at);
      if (end < 0) return { text, inComment };
      inComment = false;
      at = end + 2;
    } else if (line.startsWith('%%', at)) {
      inComment = true;
      at += 2;
    } else if (line[at] === '`') {
      const end = codeSpanEnd(line, at);
      text += line.slice(at, end);
      at = end;
    } else if (line.startsWith('[[', at) || line.startsWith('![[', at)) {
      const link = readLink(line, at);
      if (link) {
        text += `${OPEN}${links.length}${CLOSE}`;
        links.push(link);
        at += link.raw.length;
      } else {
        text += '[';
        at += 1;
      }
    } else {
      const next = line.slice(at + 1).search(/[%`[!]/);
      const stop = next < 0 ? line.length : at + 1 + next;
      text += line.slice(at, stop);
      at = stop;
    }
  }
  return { text, inComment };
}

/** The end of a code span starting here, or of its opening run where it never closes. */
function codeSpanEnd(line: string, start: number): number {
  let length = 1;
  while (line[start + length] === '`') length++;
  const run = '`'.repeat(length);
  for (let at = line.indexOf(run, start + length); at >= 0;) {
    let stop = at + length;
    while (line[stop] === '`') stop++;
    if (stop - at === length) return stop;
    at = line.indexOf(run, stop);
  }
  return start + length;
}

function readLink(line: string, start: number): WikiLink | undefined {
  const embed = line[start] === '!';
  const from = start + (embed ? 3 : 2);
  const close = line.slice(from, from + MAX_LINK_CHARS).indexOf(']]');
  if (close <= 0) return undefined;
  const inner = line.slice(from, from + close);
  if (inner.includes('[[')) return undefined;
  const bar = inner.indexOf('|');
  const target = (bar < 0 ? inner : inner.slice(0, bar)).replace(/\\$/, '').trim();
  const given = bar < 0 ? '' : inner.slice(bar + 1).trim();
  // An image's label may be its width, which says nothing.
  const label = given === '' || (embed && /^\d+(x\d+)?$/.test(given)) ? target : given;
  return target === '' ? undefined : { raw: line.slice(start, from + close + 2), embed, target, label };
}

/** Cuts text at placeholders: plain strings and links, in order. */
export function splitPlaceholders(text: string, links: readonly WikiLink[]): (string | WikiLink)[] {
  if (!text.includes(OPEN)) return [text];
  return text
    .split(PLACEHOLDER)
    .map((piece, i) => (i % 2 === 0 ? piece : (links[Number(piece)] ?? '')))
    .filter((piece) => piece !== '');
}

/** Puts links back as they were written, for code and the like. */
export function restorePlaceholders(text: string, links: readonly WikiLink[]): string {
  return text.includes(OPEN) ? text.replace(PLACEHOLDER, (_, index: string) => links[Number(index)]?.raw ?? '') : text;
}
