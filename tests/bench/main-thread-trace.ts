import type { Page } from '@playwright/test';

/** What Chromium's tracing tells of one task of a thread. https://docs.google.com/document/d/1CvAClvFfyA5R-PhYUmn5OOQtYMH4h6I0nSsKchNAySU */
interface TraceEvent {
  readonly name: string;
  readonly pid: number;
  readonly tid: number;
  /** Microseconds by the clock, and of processor time. */
  readonly dur?: number;
  readonly tdur?: number;
  readonly args?: { readonly name?: string };
}

export interface TracedTask {
  readonly clockMs: number;
  readonly processorMs: number;
}

/**
 * Traces the tasks of the page's main thread while `work` runs. Processor time tells what a task costs; by the clock, a
 * task also waits for its turn on a busy machine.
 */
export async function traceMainThread<T>(
  page: Page,
  work: () => Promise<T>,
): Promise<{ readonly result: T; readonly tasks: readonly TracedTask[] }> {
  const session = await page.context().newCDPSession(page);
  const events: TraceEvent[] = [];
  session.on('Tracing.dataCollected', ({ value }) => {
    events.push(...(value as unknown as readonly TraceEvent[]));
  });
  const categories = ['disabled-by-default-devtools.timeline', '__metadata'];
  await session.send('Tracing.start', {
    transferMode: 'ReportEvents',
    traceConfig: { includedCategories: categories, excludedCategories: ['*'], recordMode: 'recordAsMuchAsPossible' },
  });
  const result = await work();
  const complete = new Promise<void>((resolve) => {
    session.once('Tracing.tracingComplete', () => {
      resolve();
    });
  });
  await session.send('Tracing.end');
  await complete;
  await session.detach();
  return { result, tasks: tasksOfMainThread(events) };
}

function tasksOfMainThread(events: readonly TraceEvent[]): TracedTask[] {
  const threadOf = ({ pid, tid }: TraceEvent): string => `${pid} ${tid}`;
  const isMain = (event: TraceEvent): boolean => event.name === 'thread_name' && event.args?.name === 'CrRendererMain';
  const mainThreads = new Set(events.filter(isMain).map(threadOf));
  return events.flatMap((event) =>
    event.name === 'RunTask' && event.dur !== undefined && mainThreads.has(threadOf(event))
      ? [{ clockMs: event.dur / 1000, processorMs: (event.tdur ?? event.dur) / 1000 }]
      : [],
  );
}
