import type { Block, ExtractedDocument } from '../../domain/extracted.ts';
import type { TokenEstimator } from './estimate-tokens.ts';

/** A heading of level 1 to 3 and what stands under it, up to the next. */
export interface Section {
  /** Headings from the outermost to this section's own; empty before the first. */
  readonly path: readonly string[];
  readonly heading?: Block;
  readonly content: readonly Block[];
  readonly tokens: number;
}

/** Sections cut together. */
export interface SectionGroup {
  /** What all blocks stand under. */
  readonly path: readonly string[];
  /** Without the opening heading where `path` already ends in it. */
  readonly blocks: readonly Block[];
}

const BREAKING_LEVEL = 3;
/** A section below this share of the budget is tiny: by itself it says too little to be found or understood. */
const TINY_SHARE = 1 / 8;
const TINY_MAX_TOKENS = 64;

/** Walks the blocks once and cuts before each heading of level 1 to 3. */
export function sectionsOf(document: ExtractedDocument, estimate: TokenEstimator): Section[] {
  const sections: Section[] = [];
  const stack: { level: number; title: string }[] = [];
  let heading: Block | undefined;
  let content: Block[] = [];
  let tokens = 0;
  const close = (): void => {
    if (heading || content.length > 0) {
      sections.push({ path: stack.map((entry) => entry.title), ...(heading && { heading }), content, tokens });
    }
    content = [];
    tokens = 0;
  };
  for (const block of document.blocks) {
    if (block.kind === 'heading' && block.level <= BREAKING_LEVEL) {
      close();
      while (stack.length > 0 && (stack.at(-1)?.level ?? 0) >= block.level) stack.pop();
      stack.push({ level: block.level, title: document.text.slice(block.start, block.end).trim() });
      heading = block;
    } else {
      content.push(block);
    }
    tokens += estimate(document.text, block.start, block.end);
  }
  close();
  return sections;
}

/**
 * Joins tiny sections with what follows under the same parent while all of it fits one passage. A heading with nothing
 * under it but a deeper heading goes with that one.
 */
export function groupSections(sections: readonly Section[], maxTokens: number): SectionGroup[] {
  const tiny = Math.min(TINY_MAX_TOKENS, maxTokens * TINY_SHARE);
  const groups: SectionGroup[] = [];
  let members: Section[] = [];
  let tokens = 0;
  const close = (): void => {
    if (members.length > 0) groups.push(toGroup(members));
    members = [];
    tokens = 0;
  };
  for (const section of sections) {
    const last = members.at(-1);
    if (
      last &&
      !(
        belongTogether(members, section) &&
        tokens + section.tokens <= maxTokens &&
        (tokens < tiny || section.tokens < tiny)
      )
    ) {
      close();
    }
    members.push(section);
    tokens += section.tokens;
  }
  close();
  return groups;
}

function belongTogether(members: readonly Section[], next: Section): boolean {
  const first = members[0];
  if (!first) return true;
  const parent = first.content.length === 0 && members.length === 1 ? first.path : first.path.slice(0, -1);
  // What stands before the first heading is the introduction to the section that follows it.
  if (first.path.length === 0) return next.path.length <= 1;
  return next.path.length > parent.length && parent.every((title, index) => next.path[index] === title);
}

function toGroup(members: readonly Section[]): SectionGroup {
  const withContent = members.filter((member) => member.content.length > 0);
  const last = members.at(-1);
  const onlyLast = last !== undefined && withContent.length === 1 && withContent[0] === last;
  const path =
    onlyLast && members.every((member) => isPrefix(member.path, last.path))
      ? last.path
      : commonPrefix(members.map((member) => member.path));
  const blocks: Block[] = [];
  for (const member of members) {
    const saidByPath = blocks.length === 0 && isPrefix(member.path, path);
    if (member.heading && !saidByPath) blocks.push(member.heading);
    blocks.push(...member.content);
  }
  const headings = members.flatMap((member) => (member.heading ? [member.heading] : []));
  return { path, blocks: blocks.length > 0 ? blocks : headings };
}

function isPrefix(prefix: readonly string[], path: readonly string[]): boolean {
  return prefix.length <= path.length && prefix.every((title, index) => path[index] === title);
}

function commonPrefix(paths: readonly (readonly string[])[]): string[] {
  const [first = [], ...rest] = paths;
  const common: string[] = [];
  for (const [index, title] of first.entries()) {
    if (!rest.every((path) => path[index] === title)) break;
    common.push(title);
  }
  return common;
}
