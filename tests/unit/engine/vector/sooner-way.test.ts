import { describe, expect, it } from 'vitest';
import { SoonerWay } from '../../../../src/engine/vector/sooner-way.ts';

/** How often each way was chosen over `count` times, where they take so long. */
function choices(
  sooner: SoonerWay,
  count: number,
  ms: (at: number) => { alone: number; together: number },
): { alone: number; together: number } {
  const chosen = { alone: 0, together: 0 };
  for (let at = 0; at < count; at++) {
    const way = sooner.choose();
    chosen[way]++;
    sooner.note(way, ms(at)[way]);
  }
  return chosen;
}

describe('which way is sooner', () => {
  it('is together where that takes less time, but for a trial now and then', () => {
    const { alone, together } = choices(new SoonerWay(), 320, () => ({ alone: 3, together: 2 }));
    expect(together).toBeGreaterThan(290);
    expect(alone).toBeGreaterThan(10);
  });

  it('is alone where others keep the cores busy, and together again once they do not', () => {
    const sooner = new SoonerWay();
    const busy = (at: number) => ({ alone: 3, together: at % 2 === 0 ? 2 : 20 });
    expect(choices(sooner, 320, busy).alone).toBeGreaterThan(280);
    choices(sooner, 640, () => ({ alone: 3, together: 2 }));
    expect(choices(sooner, 160, () => ({ alone: 3, together: 2 })).together).toBeGreaterThan(140);
  });

  it('is not changed by one long wait', () => {
    const sooner = new SoonerWay();
    choices(sooner, 100, () => ({ alone: 3, together: 2 }));
    const { together } = choices(sooner, 100, (at) => ({ alone: 3, together: at === 5 ? 500 : 2 }));
    expect(together).toBeGreaterThan(90);
  });
});
