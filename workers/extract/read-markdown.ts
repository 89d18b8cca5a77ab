import type { DocumentLink } from '../../src/domain/extracted.ts';
import { decodeText } from './decode-text.ts';
import { DocumentBuilder } from './document-builder.ts';
import { ExtractFailure, NOTHING_TO_READ } from './extract-failure.ts';
import { readFrontMatter, splitFrontMatter } from './front-matter.ts';
import { MarkdownWriter } from './markdown-writer.ts';
import { liftObsidianSyntax } from './obsidian-syntax.ts';
import { titleFromPath, type OpenSource, type SourceFile } from './reader.ts';

const PART_CHARS = 256 * 1024;

/** CommonMark with tables, task lists, strike-through and footnotes (GFM), front matter and wikilinks. */
export async function open(source: SourceFile): Promise<OpenSource> {
  const { text, encoding, warnings } = decodeText(source.bytes);
  const { frontMatter, body } = splitFrontMatter(text);
  const front = frontMatter === undefined ? undefined : readFrontMatter(frontMatter, source.limits);
  const builder = new DocumentBuilder(source.limits);
  const links = new Map<string, DocumentLink>();
  const tags = new Set(front?.tags);
  const parts = cutIntoParts(body);

  return {
    unit: 'part',
    unitCount: parts.length,
    async readUnit(index) {
      new MarkdownWriter(builder, links, tags).write(liftObsidianSyntax(parts[index] ?? ''));
    },
    finish() {
      const properties = front?.properties ?? {};
      if (builder.length === 0 && Object.keys(properties).length === 0)
        throw new ExtractFailure('empty', NOTHING_TO_READ);
      const heading = builder.blocks.find((block) => block.kind === 'heading' && block.level === 1);
      const canonical = builder.text;
      return {
        format: 'markdown',
        title: front?.title ?? (heading ? canonical.slice(heading.start, heading.end) : titleFromPath(source.path)),
        text: canonical,
        blocks: builder.blocks,
        properties,
        tags: [...tags],
        links: [...links.values()],
        encoding,
        warnings: [...warnings, ...(front?.warnings ?? []), ...builder.invisibleWarnings()],
      };
    },
  };
}

/**
 * Cuts a long source before headings, or else after blank lines, never inside fenced code, so that reading can
 * show progress and the parser's memory stays small. Reference definitions are seen within their part.
 */
export function cutIntoParts(body: string): string[] {
  if (body.length <= PART_CHARS) return [body];
  const parts: string[] = [];
  let partStart = 0;
  let blank = -1;
  let inFence = false;
  for (let at = 0; at < body.length;) {
    let stop = body.indexOf('\n', at);
    if (stop < 0) stop = body.length;
    const head = body.slice(at, Math.min(stop, at + 16));
    if (/^\s{0,3}(```|~~~)/.test(head)) inFence = !inFence;
    if (!inFence && at - partStart > PART_CHARS) {
      const cut = /^#{1,6}\s/.test(head) ? at : at - partStart > 2 * PART_CHARS && blank > partStart ? blank : -1;
      if (cut > 0) {
        parts.push(body.slice(partStart, cut));
        partStart = cut;
      }
    }
    if (!inFence && stop === at) blank = stop + 1;
    at = stop + 1;
  }
  parts.push(body.slice(partStart));
  return parts;
}
