import type { Figure } from './figure.ts';
import type { MeasuredMachine } from './machine.ts';

interface Rule {
  readonly applies: (figure: Figure) => boolean;
  readonly say: (figure: Figure) => string;
}

const percent = (share: number): string => `${Math.round(share * 100)} %`;
const ms = (value: number | undefined): string => `${Math.round(value ?? 0)} ms`;

/** When a figure is bad enough to be owned up to, and in which words. */
const RULES: readonly Rule[] = [
  {
    applies: ({ bench, maxMs, limit }) => bench === 'main-thread' && limit !== undefined && (maxMs ?? 0) > limit,
    say: ({ n, maxMs, limit }) =>
      `The window is held up while importing: ${n} tasks over ${limit} ms, the longest ${ms(maxMs)}. Typing stutters meanwhile.`,
  },
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
      `${name} bring ${(ratio ?? 0).toFixed(2)} times one thread. On busy cores the runtime’s threads wait for each other; a table look-up has nothing to share out.`,
  },
  {
    applies: ({ bench, chunksPerSecond, name }) =>
      bench === 'embed' && (chunksPerSecond ?? Infinity) < 50 && name.includes('2 threads'),
    say: ({ name, chunksPerSecond }) =>
      `With ${name} a library of 10,000 passages takes ${Math.round(10_000 / (chunksPerSecond ?? 1) / 60)} minutes to be found by meaning.`,
  },
  {
    applies: ({ name, ratio }) => name.startsWith('sealed and committed') && ratio !== undefined && ratio < 0.5,
    say: ({ name, ratio }) => `${capital(name)}: ${percent(ratio ?? 0)} of the speed of IndexedDB without sealing.`,
  },
  {
    applies: ({ name, ratio }) => name.startsWith('sealed, ') && ratio !== undefined && ratio < 0.25,
    say: ({ name, ratio }) =>
      `${capital(name)} runs at ${percent(ratio ?? 0)} of the bare cipher’s speed: compression and copies cost more than the encryption.`,
  },
  {
    applies: ({ bench, ratio }) => bench === 'scan' && ratio !== undefined && ratio > 1,
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
  found.push(...workerCosts(figures));
  if (Math.max(load, loadAfter) > cores + 1) {
    found.push('The machine was busy with other work during this run. Ratios hold better than absolute figures.');
  }
  found.push(
    'One machine, one browser: no phone, no Firefox, no Safari, no graphics processor, and a disk that others share.',
  );
  return found;
}

/** Formats where a worker for each file at least halves the speed of reading. */
function workerCosts(figures: readonly Figure[]): string[] {
  const slow = figures.flatMap((apart) => {
    if (apart.bench !== 'extract' || !apart.name.endsWith(', a worker each')) return [];
    const kind = apart.name.slice(0, -', a worker each'.length);
    const together = figures.find((figure) => figure.name === `${kind}, in one thread`);
    if ((together?.filesPerSecond ?? 0) < 2 * (apart.filesPerSecond ?? Infinity)) return [];
    return [
      `${kind} (${Math.round(apart.filesPerSecond ?? 0)} files a second instead of ${Math.round(together?.filesPerSecond ?? 0)})`,
    ];
  });
  if (slow.length === 0) return [];
  return [
    `A worker for each file costs more than the reading for ${slow.join(', ')}. That is the price of one bad file harming no other.`,
  ];
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
