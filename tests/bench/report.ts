import { contestTables } from './contest-tables.ts';
import { CONTEST, type Figure } from './figure.ts';
import type { MeasuredRun } from './kept-figures.ts';
import type { MeasuredMachine } from './machine.ts';
import { short } from './short.ts';
import { shortcomings } from './shortcomings.ts';

const COLUMNS = ['name', 'n', 'p50', 'p95', 'rate', 'ratio', 'limit', 'load'] as const;
type Row = Readonly<Record<(typeof COLUMNS)[number] | 'note', string>>;

/** What each group of figures is and how it is taken. */
const SECTIONS: readonly { readonly bench: Figure['bench']; readonly title: string; readonly text: string }[] = [
  {
    bench: 'extract',
    title: 'Reading files',
    text: 'From bytes to chunks. “In one thread” is what the parsers and the chunker can do once they are loaded; “a worker each” is what the app does for safety, starting the next worker while one reads. MB are those of the files: a PDF of pictures is big and says little.',
  },
  {
    bench: 'embed',
    title: 'Embedding',
    text: 'Passages of 128 tokens through the embed worker on WebAssembly, sixteen at a time. Two threads gain only where two cores are free. Then the real mix of lengths of a vault’s chunks, each way taking its turn: the app’s worker, which groups texts by length; transformers.js called as its guide has it, in the order of reading; and onnxruntime-node, the same runtime as machine code, with our batches. The built-in model embeds 200 tokens at a time.',
  },
  {
    bench: 'search',
    title: 'Finding vectors',
    text: 'The ten nearest by cosine, each contestant in a worker of its own with the same rows, answering the same 500 held-out queries (200 of a million) in turns of twenty-five. Who has a knob uses the cheapest setting that finds 99.85 % of the true ten nearest of as many other queries, so that it shows 99.8 % here, or the one that comes nearest. “mix” lies as sentence embeddings do, in clusters of uneven size; “low-rank” within 48 directions; “hard” nearly without clusters. Memory is WebAssembly’s growth plus that of the JavaScript heap; ours is what the index says it holds. The loop and the int8 scan are yardsticks of our own. Those whose index takes over half a minute to build run at 100,000 on “mix” only.',
  },
  {
    bench: 'words',
    title: 'Finding words',
    text: 'Passages of about 390 characters: made ones; texts of many kinds (abstracts, articles, handbooks, textbooks, a diary), none of which repeats another; and MedQuAD. The queries: 500 of 2 to 6 uncommon words of one passage, 100 of twelve words of one passage as they stand there, and 100 questions as people asked them. What is sought is any passage that holds all the words, or any of the answer. Each contestant is set up as its guide has it, in a worker of its own; queries go round in turns of twenty-five. Ours is asked by words alone, without folding near-duplicates. Memory is the growth of the JavaScript heap in building, five seconds after it has ended, the passages themselves not counted where they are not copied; “saved” is what would be written to a disk.',
  },
  {
    bench: 'seal',
    title: 'Sealing and storing',
    text: 'Rates are of plaintext. “Sealed” is compression, padding and AES-256-GCM; “sealed and committed” also IndexedDB with `durability: strict`, acknowledged on `complete`. The rivals get the same bytes in turn: the bare cipher, and IndexedDB without any sealing.',
  },
  {
    bench: 'index',
    title: 'Indexing',
    text: 'Chunks that become searchable by words, with postings built, texts sealed and everything committed; and chunks that get their vector in the background, stored and merged.',
  },
  {
    bench: 'scan',
    title: 'The scan alone',
    text: 'The exact scan over bytes, best hundred kept, against the plain loop over floats it stands in for, which needs four times the memory.',
  },
  {
    bench: 'query',
    title: 'Asking',
    text: 'A question through `retrieve`, as the app asks it, over a library that was closed and opened again: index in the search worker, model in the embed worker, texts sealed in IndexedDB. The limit on the total is the tenth of a second below which an answer feels immediate.',
  },
  {
    bench: 'unlock',
    title: 'Unlocking',
    text: 'From submitting the passphrase, by a script that asks its question as soon as there is a field to ask in. The first results come by words where the model is not back yet. Key derivation is slow on purpose; it was measured apart, alone on the machine.',
  },
  {
    bench: 'coldstart',
    title: 'Opening a large library',
    text: 'From the derived key, in a fresh page, with the library sealed in IndexedDB in a folder on disk: made texts of 60 words, and made vectors of the built-in model’s shape, four rows a chunk on average. The library is written as it lies once small segments have been merged. “Made ready” is how the app does it: the model and the search engine, which need no key, are loaded while the passphrase is typed; “meanwhile” loads them only once the key is there. The operating system may still hold its files. “Cold” queries read and decrypt every text they show, “warm” ones have the texts in memory, “hot” ones have been answered before.',
  },
  {
    bench: 'import',
    title: 'Importing',
    text: 'Made files of every kind, two thirds of them notes, picked in the production build.',
  },
  {
    bench: 'main-thread',
    title: 'The main thread',
    text: 'Tasks of 50 ms or more, as the browser’s own observer reports them; shorter ones it does not tell. n counts them. Start-up happens once a visit and is not part of the limit.',
  },
  {
    bench: 'size',
    title: 'Size',
    text: 'All JavaScript that a first visit needs before the library can be unlocked.',
  },
];

/** All figures as one aligned table, with the machine above. */
export function renderTable(all: readonly Figure[], machine: MeasuredMachine): string {
  const figures = all.filter((figure) => !isContest(figure));
  const rows = figures.map((figure) => ({ bench: figure.bench, ...rowOf(figure) }));
  const columns = ['bench', ...COLUMNS, 'note'] as const;
  const header = Object.fromEntries(columns.map((column) => [column, column])) as Record<string, string>;
  const widths = columns.map((column) => Math.max(column.length, ...rows.map((row) => row[column].length)));
  const lines = [header, ...rows].map((row: Readonly<Record<string, string>>) =>
    columns
      .map((column, at) => {
        const text = row[column] ?? '';
        return ['bench', 'name', 'note'].includes(column)
          ? text.padEnd(widths[at] ?? 0)
          : text.padStart(widths[at] ?? 0);
      })
      .join('  ')
      .trimEnd(),
  );
  const contests = CONTESTS.flatMap((bench) => {
    const entries = all.filter((figure) => figure.bench === bench && isContest(figure));
    return entries.length === 0 ? [] : [contestTables(bench, entries)];
  });
  return `${[machineText(machine), ...(rows.length === 0 ? [] : [lines.join('\n')]), ...contests].join('\n\n')}\n`;
}

const CONTESTS = ['search', 'words', 'embed'] as const;

/** Whether it stands among others that did the same, rather than alone. */
function isContest({ bench, distribution }: Figure): boolean {
  return bench === 'search' || bench === 'words' || distribution === CONTEST;
}

/** The page for `docs/`: figures with what they mean, and what one would like to be better. */
export function renderDocument(runs: readonly MeasuredRun[]): string {
  const figures = runs.flatMap((run) => run.figures);
  const sections = SECTIONS.flatMap(({ bench, title, text }) => {
    const own = figures.filter((figure) => figure.bench === bench);
    if (own.length === 0) return [];
    const rows = own.filter((figure) => !isContest(figure)).map(rowOf);
    const contest = CONTESTS.find((name) => name === bench);
    const tables = contest === undefined ? '' : contestTables(contest, own.filter(isContest));
    return [[`## ${title}`, text, ...(rows.length === 0 ? [] : [markdownTable(rows)]), tables].join('\n\n').trimEnd()];
  });
  const worse = new Set(runs.flatMap((run) => shortcomings(run.figures, run.machine)));
  return [
    '# Benchmarks',
    'Written by `npm run bench -- --write`; nothing here is edited by hand. Everything was measured in headless Chromium, in the workers the app uses. MB are 10⁶ bytes, times are milliseconds, p50 and p95 are percentiles over the runs, and a ratio is against the rival named, measured in turn with it. “Load” is the machine’s load average when the figure was taken, the measurement’s own included: above the number of cores, other programs had a share of them.',
    ...runs.map(runText),
    ...sections,
    `## What is worse than one would like\n\n${[...worse].map((line) => `- ${line}`).join('\n')}`,
  ]
    .join('\n\n')
    .concat('\n');
}

/** Where a run was made, and, unless all was measured in it, what. */
function runText({ machine, figures }: MeasuredRun, _at: number, runs: readonly MeasuredRun[]): string {
  if (runs.length === 1) return machineText(machine);
  const titles = SECTIONS.filter(({ bench }) => figures.some((figure) => figure.bench === bench)).map((s) => s.title);
  return `${titles.join(', ')}: ${machineText(machine)}`;
}

function machineText(machine: MeasuredMachine): string {
  const { processor, cores, memoryGib, system, node, browser, date, load, loadAfter, isQuick } = machine;
  const busy =
    Math.max(load, loadAfter) > cores + 1
      ? ' Other programs were running: the figures are worse than they need be.'
      : '';
  const quick = isQuick ? ' A quick run: the numbers are too small to mean much.' : '';
  return `${date}, ${system}, ${processor}, ${cores} cores, ${memoryGib} GiB, Chromium ${browser}, Node ${node}. Load average ${load.toFixed(1)} before and ${loadAfter.toFixed(1)} after.${busy}${quick}`;
}

function markdownTable(rows: readonly Row[]): string {
  const used = [...COLUMNS, 'note' as const].filter((column) => rows.some((row) => row[column] !== ''));
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  const isText = (column: string): boolean => column === 'name' || column === 'note';
  return [
    line(used.map((column) => (column === 'name' ? 'what' : column))),
    line(used.map((column) => (isText(column) ? '---' : '--:'))),
    ...rows.map((row) => line(used.map((column) => row[column]))),
  ].join('\n');
}

function rowOf(figure: Figure): Row {
  const isSize = figure.bench === 'size';
  const rates = [
    figure.mbPerSecond !== undefined && `${short(figure.mbPerSecond)} MB/s`,
    figure.filesPerSecond !== undefined && `${short(figure.filesPerSecond)} files/s`,
    figure.chunksPerSecond !== undefined && `${short(figure.chunksPerSecond)} chunks/s`,
  ].filter((rate) => rate !== false);
  const p50 = figure.p50Ms ?? figure.maxMs;
  return {
    name: figure.name,
    n: String(figure.n),
    p50: p50 === undefined ? '' : `${figure.maxMs === undefined ? '' : 'max '}${short(p50)} ms`,
    p95: figure.p95Ms === undefined ? '' : `${short(figure.p95Ms)} ms`,
    rate: isSize && figure.bytes !== undefined ? kilobytes(figure.bytes) : rates.join(', '),
    ratio: figure.ratio === undefined ? '' : `${short(figure.ratio)} × ${figure.rival ?? ''}`,
    limit: figure.limit === undefined ? '' : isSize ? kilobytes(figure.limit) : `${figure.limit} ms`,
    load: figure.load?.toFixed(1) ?? '',
    note: figure.note ?? '',
  };
}

function kilobytes(bytes: number): string {
  return `${(bytes / 1024).toFixed(1)} KB`;
}
