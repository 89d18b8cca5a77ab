import { CONTEST, type Figure } from './figure.ts';
import type { MeasuredMachine } from './machine.ts';

interface Rule {
  readonly applies: (figure: Figure) => boolean;
  readonly say: (figure: Figure) => string;
}

const APART = ', a worker each';
const percent = (share: number): string => `${Math.round(share * 100)} %`;
const ms = (value: number | undefined): string => `${Math.round(value ?? 0)} ms`;

/** When a figure is bad enough to be owned up to, and in which words. */
const RULES: readonly Rule[] = [
  {
    applies: ({ bench, maxMs, limit }) => bench === 'main-thread' && limit === undefined && (maxMs ?? 0) > 100,
    say: ({ name, maxMs }) => `The ${name}: ${ms(maxMs)}, which can be felt.`,
  },
  {
    applies: ({ bench, bytes, limit }) =>
      bench === 'size' && bytes !== undefined && limit !== undefined && bytes > limit,
    say: () => 'First-load JavaScript is over its budget.',
  },
  {
    applies: ({ bench, p95Ms, limit }) => bench === 'query' && limit !== undefined && (p95Ms ?? 0) > limit,
    say: ({ p95Ms, limit, n }) =>
      `One question in twenty takes ${ms(p95Ms)} over ${n} chunks, more than the ${limit} ms that feel immediate.`,
  },
  {
    applies: ({ name, p50Ms }) => name.startsWith('read and decrypt') && (p50Ms ?? 0) > 20,
    say: ({ p50Ms }) =>
      `Passages that nobody has looked at yet cost ${ms(p50Ms)} to read and decrypt: they are sealed some fifty chunks to a record, and each found passage opens a whole one.`,
  },
  {
    applies: ({ bench, ratio }) => bench === 'embed' && ratio !== undefined && ratio < 1.5,
    say: ({ name, ratio }) =>
      `${name} bring ${(ratio ?? 0).toFixed(2)} times the speed of one. The runtime’s threads wait for each other: where cores are taken by others, two can be slower than one.`,
  },
  {
    applies: ({ name, ratio }) => name.startsWith('sealed and committed') && ratio !== undefined && ratio < 0.5,
    say: ({ name, ratio, mbPerSecond }) =>
      `${capital(name)}: ${Math.round(mbPerSecond ?? 0)} MB/s, ${percent(ratio ?? 0)} of the speed of IndexedDB without sealing. Compression, padding and copies make nearly all of the difference, the cipher next to nothing.`,
  },
  {
    applies: ({ bench, ratio }) => bench === 'scan' && ratio !== undefined && ratio > 1.1,
    say: ({ name, ratio }) =>
      `The scan ${name} takes ${(ratio ?? 0).toFixed(2)} times as long as a plain loop over floats; what it saves is memory.`,
  },
  {
    applies: ({ name, p50Ms }) => name === 'passphrase to first results on screen' && (p50Ms ?? 0) > 2000,
    say: ({ p50Ms }) => `From passphrase to first results it takes ${((p50Ms ?? 0) / 1000).toFixed(1)} s.`,
  },
  {
    applies: ({ bench, filesPerSecond }) => bench === 'import' && (filesPerSecond ?? Infinity) < 20,
    say: ({ filesPerSecond }) =>
      `Importing runs at ${(filesPerSecond ?? 0).toFixed(1)} files a second: a thousand notes take ${Math.round(1000 / (filesPerSecond ?? 1))} s.`,
  },
];

/** What these figures leave to be wished for, in sentences. */
export function shortcomings(figures: readonly Figure[], { load, loadAfter, cores }: MeasuredMachine): string[] {
  const found = RULES.flatMap((rule) => figures.filter(rule.applies).map(rule.say));
  found.push(...importStutter(figures), ...embeddingTimes(figures), ...workerCosts(figures), ...lostContests(figures));
  if (Math.max(load, loadAfter) > cores + 1) {
    found.push('The machine was busy with other work during this run. Ratios hold better than absolute figures.');
  }
  found.push(
    'One machine, one browser: no phone, no Firefox, no Safari, no graphics processor, and a disk that others share.',
  );
  return found;
}

/** Long tasks while importing, by the clock and by what they cost the processor. */
function importStutter(figures: readonly Figure[]): string[] {
  const [clock, processor] = figures.filter(({ bench, limit }) => bench === 'main-thread' && limit !== undefined);
  if (clock?.limit === undefined || (clock.maxMs ?? 0) <= clock.limit) return [];
  const processorMs = processor?.maxMs ?? 0;
  const cause =
    processorMs <= clock.limit
      ? `None of them took more than ${ms(processorMs)} of processor time: the rest was waiting, for a core or for another thread.`
      : `The longest took ${ms(processorMs)} of processor time.`;
  return [
    `${clock.n} tasks held the window up for over ${clock.limit} ms while importing, the longest for ${ms(clock.maxMs)}. ${cause}`,
  ];
}

const LARGE_LIBRARY_CHUNKS = 10_000;
const PATIENCE_MINUTES = 2;

/** Models that keep a person waiting, at the better of their thread counts. */
function embeddingTimes(figures: readonly Figure[]): string[] {
  const rates = new Map<string, number>();
  for (const { bench, name, chunksPerSecond, distribution } of figures) {
    if (bench !== 'embed' || chunksPerSecond === undefined || distribution === CONTEST) continue;
    const model = name.replace(/, \d+ threads?$/, '');
    rates.set(model, Math.max(rates.get(model) ?? 0, chunksPerSecond));
  }
  return [...rates].flatMap(([model, rate]) => {
    const minutes = LARGE_LIBRARY_CHUNKS / rate / 60;
    if (minutes < PATIENCE_MINUTES) return [];
    return [
      `With ${model} it takes ${Math.round(minutes)} minutes until 10,000 passages of 128 tokens are found by meaning.`,
    ];
  });
}

/** Where a worker for each file at least halves the speed of reading: how many kinds, and the worst. */
function workerCosts(figures: readonly Figure[]): string[] {
  const slow = figures.flatMap(({ bench, name, filesPerSecond: apart = Infinity }) => {
    if (bench !== 'extract' || !name.endsWith(APART)) return [];
    const kind = name.slice(0, -APART.length);
    const together = figures.find((figure) => figure.name === `${kind}, in one thread`)?.filesPerSecond ?? 0;
    return together < 2 * apart ? [] : [{ kind, apart, together }];
  });
  const [worst] = slow.sort((a, b) => b.together / b.apart - a.together / a.apart);
  if (worst === undefined) return [];
  const { kind, apart, together } = worst;
  return [
    `Starting a worker for each file, and loading the reader in it anew, costs more than reading the file does for ${slow.length} kinds of files; most of all for ${kind}: ${Math.round(apart)} files a second instead of ${Math.round(together)}. It is the price of one bad file harming no other.`,
  ];
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** Recall that is not reached, and other libraries that were faster than ours and found as much. */
function lostContests(figures: readonly Figure[]): string[] {
  return figures.flatMap((ours) => {
    if (ours.rival !== undefined || (ours.bench !== 'search' && ours.bench !== 'words')) return [];
    const where = `${ours.n.toLocaleString('en')} ${ours.bench === 'search' ? 'vectors' : 'passages'}, ${ours.distribution ?? ''}`;
    const quality = ({ recallAt10, ndcgAt10 }: Figure): number => recallAt10 ?? ndcgAt10 ?? 0;
    const faster = figures.filter(
      (other) =>
        other.rival !== undefined &&
        [other.bench, other.n, other.distribution].join() === [ours.bench, ours.n, ours.distribution].join() &&
        quality(other) >= quality(ours) &&
        (other.p50Ms ?? Infinity) < (ours.p50Ms ?? 0),
    );
    const missing = ours.recallAt10 !== undefined && ours.recallAt10 < WANTED_RECALL;
    return [
      ...(missing
        ? [`${ours.name} finds ${percentOf(ours.recallAt10)} of the true ten nearest among ${where}, at best.`]
        : []),
      ...faster.map(({ name }) => `${name} was faster than ${ours.name} over ${where}, and found as much.`),
    ];
  });
}

const WANTED_RECALL = 0.998;

function percentOf(share: number | undefined): string {
  return `${((share ?? 0) * 100).toFixed(2)} %`;
}
