import { describe, expect, it, vi } from 'vitest';
import { QuietMoment } from '../../../../src/features/knowledge/quiet-moment.ts';

/** Steps of work in the background, one after another; what it has done so far. */
function background(quiet: QuietMoment): { steps: number; readonly stop: () => void } {
  const work = { steps: 0, isStopped: false, stop: () => void (work.isStopped = true) };
  void (async () => {
    await quiet.wait();
    while (!work.isStopped) {
      work.steps++;
      await quiet.step();
    }
  })();
  return work;
}

describe('work in the background', () => {
  it('begins when somebody waits for it, or else after a while', async () => {
    vi.useFakeTimers();
    try {
      const awaited = new QuietMoment();
      const left = new QuietMoment();
      const [soon, late] = [background(awaited), background(left)];
      awaited.come();
      await vi.advanceTimersByTimeAsync(100);
      expect(soon.steps).toBeGreaterThan(1);
      expect(late.steps).toBe(0);
      await vi.advanceTimersByTimeAsync(2000);
      expect(late.steps).toBeGreaterThan(1);
      soon.stop();
      late.stop();
    } finally {
      vi.useRealTimers();
    }
  });

  it('stands still while a question is under way and for a moment after it, and then goes on', async () => {
    vi.useFakeTimers();
    try {
      const quiet = new QuietMoment();
      const work = background(quiet);
      quiet.come();
      await vi.advanceTimersByTimeAsync(20);
      let answer: () => void = () => undefined;
      const answered = quiet.during(() => new Promise<void>((resolve) => (answer = resolve)));
      await vi.advanceTimersByTimeAsync(5);
      const before = work.steps;
      await vi.advanceTimersByTimeAsync(5000);
      expect(work.steps).toBe(before);
      answer();
      await answered;
      await vi.advanceTimersByTimeAsync(20);
      expect(work.steps).toBe(before);
      await vi.advanceTimersByTimeAsync(100);
      expect(work.steps).toBeGreaterThan(before);
      work.stop();
    } finally {
      vi.useRealTimers();
    }
  });

  it('goes on while the question under way waits for it', async () => {
    vi.useFakeTimers();
    try {
      const quiet = new QuietMoment();
      const work = background(quiet);
      const answered = quiet.during(() =>
        quiet.letting(async () => {
          quiet.come();
          await vi.waitUntil(() => work.steps > 3);
        }),
      );
      await vi.advanceTimersByTimeAsync(1000);
      await answered;
      expect(work.steps).toBeGreaterThan(3);
      work.stop();
    } finally {
      vi.useRealTimers();
    }
  });

  it('goes on after a question that failed', async () => {
    const quiet = new QuietMoment();
    const failed = quiet.during(() => Promise.reject(new Error('no')));
    await expect(failed).rejects.toThrow('no');
    await quiet.wait();
    await quiet.step();
  });
});
