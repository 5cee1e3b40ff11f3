import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

import { startClock } from './clock';

const TEN_MINUTES = 600_000;

describe('a clock', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  /** Runs a job, and counts; `fails` says whether it does. */
  function started(everyMs: number, fails: () => boolean = () => false) {
    const seen = { runs: 0, told: [] as number[] };
    const stop = startClock(
      {
        name: 'test',
        everyMs,
        run: async () => {
          seen.runs += 1;
          if (fails()) throw new Error('not now');
        },
      },
      ({ failures }) => seen.told.push(failures),
    );
    return { seen, stop };
  }

  it('runs a rare job soon after the start, then at its pace', async () => {
    const { seen, stop } = started(TEN_MINUTES);
    await vi.advanceTimersByTimeAsync(4999);
    expect(seen.runs).toBe(0);
    await vi.advanceTimersByTimeAsync(1);
    expect(seen.runs).toBe(1);
    await vi.advanceTimersByTimeAsync(TEN_MINUTES - 1);
    expect(seen.runs).toBe(1);
    await vi.advanceTimersByTimeAsync(1);
    expect(seen.runs).toBe(2);
    await stop();
    await vi.advanceTimersByTimeAsync(TEN_MINUTES);
    expect(seen.runs).toBe(2);
  });

  it('waits longer after failures, up to a minute, and tells each of them', async () => {
    let broken = true;
    const { seen, stop } = started(1000, () => broken);
    await vi.advanceTimersByTimeAsync(1000 + 2000 + 4000);
    expect(seen.told).toEqual([1, 2, 3]);
    await vi.advanceTimersByTimeAsync(8000 + 16_000 + 32_000 + 60_000 + 60_000);
    expect(seen.told).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
    broken = false;
    await vi.advanceTimersByTimeAsync(60_000);
    expect(seen.runs).toBe(9);
    await vi.advanceTimersByTimeAsync(1000);
    expect(seen.runs).toBe(10);
    await stop();
  });

  it('never makes the pause of a rare job shorter for its failures', async () => {
    const { seen, stop } = started(TEN_MINUTES, () => true);
    await vi.advanceTimersByTimeAsync(5000 + TEN_MINUTES - 1);
    expect(seen.runs).toBe(1);
    await stop();
  });
});
