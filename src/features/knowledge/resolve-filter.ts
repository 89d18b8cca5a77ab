import type { SourceDocument } from '../../domain/document.ts';
import type { DocumentId } from '../../domain/ids.ts';
import type { FilterField, QuestionFilter } from '../../domain/question.ts';
import { dayRange } from '../../engine/ranking/day-range.ts';

export type ResolvedFilter =
  | { readonly kind: 'everything' }
  | { readonly kind: 'some'; readonly documentIds: readonly DocumentId[] }
  /** No document meets the conditions; `message` names the one that is to blame. */
  | { readonly kind: 'nothing'; readonly message: string };

/** Names people give formats, beside the formats' own and the files' extensions. */
const TYPE_NAMES: Readonly<Record<string, string>> = {
  md: 'markdown',
  note: 'markdown',
  txt: 'text',
  htm: 'html',
  web: 'html',
  word: 'docx',
  doc: 'docx',
  table: 'csv',
  yml: 'yaml',
};

/**
 * Which documents a question's conditions let through. Conditions of one kind are alternatives (`tag:a tag:b`), those of
 * different kinds must all hold, and those with a minus must not. Capitals and accents make no difference.
 */
export function resolveFilter(
  filters: readonly QuestionFilter[],
  documents: Iterable<SourceDocument>,
  now: number,
): ResolvedFilter {
  if (filters.length === 0) return { kind: 'everything' };
  const wanted = new Map<FilterField, Test[]>();
  const unwanted: Test[] = [];
  for (const filter of filters) {
    const test: Test = { filter, isMet: testOf(filter, now) };
    if (filter.isExcluded) unwanted.push(test);
    // Two ends of a span are no alternatives.
    else if (filter.field === 'before' || filter.field === 'after') wanted.set(filter.field, [test]);
    else wanted.set(filter.field, [...(wanted.get(filter.field) ?? []), test]);
  }
  const alternatives = [...wanted.values()];
  const met = new Set<Test>();
  const documentIds: DocumentId[] = [];
  for (const document of documents) {
    let passes = true;
    for (const tests of alternatives) {
      const meeting = tests.filter(({ isMet }) => isMet(document));
      for (const test of meeting) met.add(test);
      if (meeting.length === 0) passes = false;
    }
    if (passes && !unwanted.some(({ isMet }) => isMet(document))) documentIds.push(document.documentId);
  }
  if (documentIds.length > 0) return { kind: 'some', documentIds };
  const hopeless = alternatives.find((tests) => !tests.some((test) => met.has(test)));
  return {
    kind: 'nothing',
    message: emptyMessage(
      hopeless?.map(({ filter }) => filter),
      filters,
    ),
  };
}

interface Test {
  readonly filter: QuestionFilter;
  readonly isMet: (document: SourceDocument) => boolean;
}

function testOf({ field, value }: QuestionFilter, now: number): Test['isMet'] {
  const wanted = fold(value);
  switch (field) {
    case 'file': {
      const matches = pattern(wanted);
      return ({ path, title }) => matches(baseName(fold(path))) || matches(fold(title));
    }
    case 'path': {
      const matches = pattern(wanted.replaceAll('\\', '/'));
      return ({ path }) => matches(fold(path));
    }
    case 'in': {
      const folder = `/${wanted.replaceAll('\\', '/').replace(/^\/+|\/+$/gu, '')}/`;
      return ({ path }) => `/${fold(path)}`.slice(0, fold(path).lastIndexOf('/') + 2).includes(folder);
    }
    case 'tag': {
      const tag = wanted.replace(/^#/u, '');
      return ({ tags }) => tags.some((own) => fold(own) === tag || fold(own).startsWith(`${tag}/`));
    }
    case 'type': {
      const type = wanted.replace(/^\./u, '');
      const format = TYPE_NAMES[type] ?? type;
      return (document) => document.format === format || baseName(fold(document.path)).endsWith(`.${type}`);
    }
    case 'before':
    case 'after':
    case 'date': {
      const range = dayRange(value, now);
      if (range === undefined) return () => false;
      return (document) => {
        const date = document.datedAt ?? document.addedAt;
        if (field === 'before') return date < range.start;
        return field === 'after' ? date >= range.start : date >= range.start && date < range.end;
      };
    }
  }
}

/** Contains the value, or, with `*` in it, is what the pattern says from end to end. */
function pattern(value: string): (text: string) => boolean {
  if (!value.includes('*')) return (text) => text.includes(value);
  const parts = value.split('*');
  const [first = ''] = parts;
  const last = parts.at(-1) ?? '';
  return (text) => {
    if (!text.startsWith(first) || !text.endsWith(last) || text.length < first.length + last.length) return false;
    let at = first.length;
    for (const part of parts.slice(1, -1)) {
      const found = text.indexOf(part, at);
      if (found < 0) return false;
      at = found + part.length;
    }
    return at <= text.length - last.length;
  };
}

function baseName(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}

function fold(text: string): string {
  return text.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase();
}

const NOTHING: Readonly<Record<FilterField, (value: string) => string>> = {
  file: (value) => `No file in your library has “${value}” in its name or title`,
  path: (value) => `No file in your library has “${value}” in its path`,
  in: (value) => `Your library has no folder “${value}” with files in it`,
  tag: (value) => `Nothing in your library is tagged “${value}”`,
  type: (value) => `Your library has no files of the type “${value}”`,
  before: (value) => `Nothing in your library is from before ${value}`,
  after: (value) => `Nothing in your library is from ${value} or later`,
  date: (value) => `Nothing in your library is from ${value}`,
};

function emptyMessage(hopeless: readonly QuestionFilter[] | undefined, all: readonly QuestionFilter[]): string {
  const [first] = hopeless ?? [];
  if (first !== undefined && hopeless?.length === 1) {
    return `${NOTHING[first.field](first.value)}, so there was nothing to search. Change or drop “${written(first)}”.`;
  }
  const list = (hopeless ?? all).map((filter) => `“${written(filter)}”`).join(' ');
  return `No file in your library meets ${list}, so there was nothing to search. Drop one of the conditions.`;
}

/** As it is typed. */
export function written({ field, value, isExcluded }: QuestionFilter): string {
  return `${isExcluded ? '-' : ''}${field}:${/\s/u.test(value) ? `"${value}"` : value}`;
}
