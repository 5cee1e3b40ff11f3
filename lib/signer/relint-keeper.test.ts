import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

import type { Journal } from './journal';
import type { RelintRow } from './journal-relints';
import type { Log } from './log';
import { openRelintKeeper, type RelintKeeper } from './relint-keeper';

const log = { info: vi.fn(), error: vi.fn(), warn: vi.fn() } as unknown as Log;
/** By this machine's clock, as the hour of the night is. */
const at = (day: number, hour: number): Date => new Date(2026, 10, day, hour);

let keeper: RelintKeeper | null = null;
beforeEach(() => void vi.useFakeTimers());
afterEach(async () => {
  await keeper?.stop();
  vi.useRealTimers();
});

/** Lets a quarter of an hour pass and tells how many looks began. */
async function looksBegun(journal: {
  now: Date;
  firstIssuedAt: Date | null;
  last: RelintRow | null;
}): Promise<number> {
  let running: RelintRow | null = null;
  let begun = 0;
  vi.setSystemTime(journal.now);
  keeper = openRelintKeeper({
    journal: {
      file: '/nowhere',
      firstIssuedAt: () => journal.firstIssuedAt,
      relints: () => ({ last: journal.last, running }),
      beginRelint(now: Date) {
        begun += 1;
        running = { id: 1, startedAt: now, through: 1, number: 0, findings: 0, endedAt: null };
        return running;
      },
    } as unknown as Journal,
    now: () => new Date(),
    log,
    openThread: () => new Promise(() => undefined), // under way for ever
  });
  await vi.advanceTimersByTimeAsync(15 * 60_000);
  return begun;
}

const look = (startedAt: Date): RelintRow => ({
  id: 1,
  startedAt,
  through: 1,
  number: 1,
  findings: 0,
  endedAt: startedAt,
});

describe('the second look of a night', () => {
  it('does not begin in a CA that was made since the last night', async () => {
    expect(await looksBegun({ now: at(27, 9), firstIssuedAt: at(27, 8), last: null })).toBe(0);
  });

  it('does not begin where nothing was issued', async () => {
    expect(await looksBegun({ now: at(27, 9), firstIssuedAt: null, last: null })).toBe(0);
  });

  it('begins when the hour comes', async () => {
    expect(
      await looksBegun({ now: new Date(2026, 10, 28, 1, 50), firstIssuedAt: at(27, 8), last: null }),
    ).toBe(1);
  });

  it('is made up for when this signer did not run at that hour', async () => {
    const first = at(1, 8);
    expect(await looksBegun({ now: at(27, 9), firstIssuedAt: first, last: look(at(26, 2)) })).toBe(1);
    await keeper?.stop();
    expect(await looksBegun({ now: at(27, 9), firstIssuedAt: first, last: look(at(27, 2)) })).toBe(0);
  });
});
