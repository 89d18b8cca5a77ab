import type { Figure } from './figure.ts';
import { short } from './short.ts';

type Column = readonly [title: string, cell: (figure: Figure, product: Figure | undefined) => string];

const WANTED_RECALL = 0.998;
const PRODUCT = 'Commonplace';

const name: Column = ['who', (figure) => (figure.rival === undefined ? `**${figure.name}**` : figure.name)];
const p50: Column = ['p50', ({ p50Ms }) => milliseconds(p50Ms)];
const p95: Column = ['p95', ({ p95Ms }) => milliseconds(p95Ms)];
const times: Column = ['p50, × ours', (figure, product) => ratio(figure.p50Ms, product?.p50Ms)];
const build: Column = ['build', ({ buildMs }) => seconds(buildMs)];
const buildTimes: Column = ['× ours', (figure, product) => ratio(figure.buildMs, product?.buildMs)];
const load: Column = ['load', (figure) => figure.load?.toFixed(1) ?? ''];
const note: Column = ['note', (figure) => figure.note ?? ''];

const SEARCH_COLUMNS: readonly Column[] = [
  name,
  ['recall@10', ({ recallAt10 }) => recallAt10?.toFixed(4) ?? ''],
  p50,
  p95,
  times,
  build,
  buildTimes,
  ['bytes a vector', ({ bytesPerVector }) => bytesPerVector?.toFixed(0) ?? ''],
  load,
  note,
];

const WORD_COLUMNS: readonly Column[] = [
  name,
  p50,
  p95,
  times,
  build,
  buildTimes,
  ['memory', ({ memoryBytes }) => megabytes(memoryBytes)],
  ['× ours', (figure, product) => ratio(figure.memoryBytes, product?.memoryBytes)],
  ['saved', ({ savedBytes }) => megabytes(savedBytes)],
  ['× ours', (figure, product) => ratio(figure.savedBytes, product?.savedBytes)],
  ['loaded in', ({ loadMs }) => milliseconds(loadMs)],
  ['hit@10', ({ hitAt10 }) => hitAt10?.toFixed(3) ?? ''],
  ['nDCG@10', ({ ndcgAt10 }) => ndcgAt10?.toFixed(3) ?? ''],
  load,
  note,
];

const EMBED_COLUMNS: readonly Column[] = [
  ['what', (figure) => (figure.rival === undefined ? `**${figure.name}**` : figure.name)],
  ['threads', ({ threads }) => String(threads ?? '')],
  ['chunks', ({ n }) => String(n)],
  ['chunks/s', ({ chunksPerSecond }) => short(chunksPerSecond ?? 0)],
  ['ours, × this', (figure, product) => ratio(product?.chunksPerSecond, figure.chunksPerSecond)],
  load,
  note,
];

/** Tables for a contest's figures, one for each set of data, with what they come to. */
export function contestTables(bench: 'search' | 'words' | 'embed', figures: readonly Figure[]): string {
  const titles = [...new Set(figures.map(titleOf))];
  return titles
    .map((title) => {
      const group = figures.filter((figure) => titleOf(figure) === title);
      const heading = title === '' ? [] : [`### ${title}`];
      const columns = { search: SEARCH_COLUMNS, words: WORD_COLUMNS, embed: EMBED_COLUMNS }[bench];
      const summary = bench === 'search' ? searchSummary(group) : '';
      return [...heading, table(columns, group, bench), ...(summary === '' ? [] : [summary])].join('\n\n');
    })
    .join('\n\n');
}

function titleOf({ bench, n, dims, distribution = '' }: Figure): string {
  if (bench === 'search') return `${n.toLocaleString('en')} × ${dims ?? 0}, ${distribution}`;
  if (bench === 'words') return `${n.toLocaleString('en')} passages, ${distribution}`;
  return '';
}

function table(columns: readonly Column[], figures: readonly Figure[], bench: 'search' | 'words' | 'embed'): string {
  const rows = figures.map((figure) => {
    const product = figures.find((other) => isProductFor(figure, other, bench));
    return columns.map(([, cell]) => cell(figure, figure === product ? undefined : product));
  });
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  const isText = (title: string): boolean => ['who', 'what', 'note'].includes(title);
  return [
    line(columns.map(([title]) => title)),
    line(columns.map(([title]) => (isText(title) ? '---' : '--:'))),
    ...rows.map(line),
  ].join('\n');
}

/** Whether `other` is our figure that `figure` stands against: in embedding, of the same model and threads. */
function isProductFor(figure: Figure, other: Figure, bench: 'search' | 'words' | 'embed'): boolean {
  if (bench !== 'embed') return other.name === PRODUCT;
  const model = (of: Figure): string => of.name.split(':')[0] ?? '';
  return other.rival === undefined && model(other) === model(figure) && other.threads === figure.threads;
}

/** Who is fastest among those that find what they should. */
function searchSummary(figures: readonly Figure[]): string {
  const product = figures.find((figure) => figure.name === PRODUCT);
  if (product?.p50Ms === undefined) return '';
  const ours = `Ours, on one thread: ${milliseconds(product.p50Ms)} at recall ${product.recallAt10?.toFixed(4) ?? '?'}.`;
  const able = figures
    .filter(({ rival, recallAt10, p50Ms }) => rival !== undefined && (recallAt10 ?? 0) >= WANTED_RECALL && p50Ms)
    .sort((left, right) => (left.p50Ms ?? 0) - (right.p50Ms ?? 0));
  const others = able.map((figure) => `${figure.name} ${ratio(figure.p50Ms, product.p50Ms)}`);
  if (others.length === 0) return ours;
  return `${ours} Of the others, those that find at least ${WANTED_RECALL}, fastest first, in multiples of our time: ${others.join(', ')}.`;
}

function milliseconds(value: number | undefined): string {
  return value === undefined ? '' : `${short(value)} ms`;
}

function seconds(value: number | undefined): string {
  return value === undefined ? '' : `${short(value / 1000)} s`;
}

function megabytes(value: number | undefined): string {
  return value === undefined ? '' : `${short(value / 1e6)} MB`;
}

function ratio(value: number | undefined, base: number | undefined): string {
  return value === undefined || base === undefined ? '' : `${short(value / base)} ×`;
}
