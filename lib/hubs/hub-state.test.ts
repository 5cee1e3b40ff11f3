import { describe, expect, it } from 'vitest';

import { newHealth, nextHealth, type HubHealth } from './hub-state';
import type { Probe } from './probe-hub';

const MINUTE = 60_000;
/** The file was written at 0; the host booted long before. */
const BOOTED = -100 * MINUTE;

type Step = readonly [found: Probe['outcome'] | 'slowly', at: number];

function after(steps: readonly Step[], circumstances: { registeredAt?: number; bootedAt?: number } = {}) {
  return steps.reduce<HubHealth>((health, [found, now]) => {
    const probe: Probe =
      found === 'answers' || found === 'slowly'
        ? { outcome: 'answers', version: '4.1.0', latencyMs: found === 'slowly' ? 1001 : 1000 }
        : { outcome: found };
    return nextHealth(health, probe, { now, registeredAt: 0, bootedAt: BOOTED, ...circumstances });
  }, newHealth(0));
}

describe('nextHealth', () => {
  it.each<[string, string, Step[]]>([
    ['unknown', 'not-probed', []],
    ['up', 'answers', [['answers', 1000]]],
    // One look that says otherwise is not believed of a hub that was up; two are.
    [
      'up',
      'answers',
      [
        ['answers', 1000],
        ['refused', 2000],
      ],
    ],
    [
      'down',
      'refused',
      [
        ['answers', 1000],
        ['refused', 2000],
        ['refused', 3000],
      ],
    ],
    [
      'down',
      'refused',
      [
        ['answers', 1000],
        ['no-answer', 2000],
        ['refused', 3000],
      ],
    ],
    [
      'down',
      'status',
      [
        ['answers', 1000],
        ['gone', 2000],
        ['gone', 3000],
      ],
    ],
    [
      'up',
      'answers',
      [
        ['answers', 1000],
        ['refused', 2000],
        ['refused', 3000],
        ['answers', 4000],
      ],
    ],
    // Slow, and hung: degraded first, down after 30 s.
    [
      'up',
      'answers',
      [
        ['answers', 1000],
        ['slowly', 2000],
      ],
    ],
    [
      'degraded',
      'slow',
      [
        ['answers', 1000],
        ['slowly', 2000],
        ['slowly', 3000],
      ],
    ],
    [
      'degraded',
      'slow',
      [
        ['slowly', 90_000],
        ['slowly', 91_000],
      ],
    ],
    [
      'degraded',
      'no-answer',
      [
        ['answers', 1000],
        ['no-answer', 2000],
        ['no-answer', 3000],
      ],
    ],
    [
      'degraded',
      'no-answer',
      [
        ['answers', 1000],
        ['no-answer', 2000],
        ['no-answer', 31_999],
      ],
    ],
    [
      'down',
      'no-answer',
      [
        ['answers', 1000],
        ['no-answer', 2000],
        ['no-answer', 32_000],
      ],
    ],
    // The hub itself is ill, or shows a certificate that nobody trusts.
    [
      'degraded',
      'status',
      [
        ['answers', 1000],
        ['status', 2000],
        ['status', 3000],
      ],
    ],
    ['degraded', 'tls', [['tls', 1000]]],
    // Starting: within 60 s of the file, and only until it was up once.
    ['starting', 'refused', [['refused', 59_999]]],
    ['down', 'refused', [['refused', 60_000]]],
    ['starting', 'not-yet', [['not-yet', 1000]]],
    ['down', 'not-yet', [['not-yet', 60_000]]],
    ['starting', 'status', [['gone', 1000]]],
    ['starting', 'no-answer', [['no-answer', 1000]]],
    [
      'down',
      'refused',
      [
        ['answers', 1000],
        ['refused', 2000],
        ['refused', 3000],
      ],
    ],
    // What is no hub says nothing of one.
    ['unknown', 'not-a-hub', [['not-a-hub', 1000]]],
    ['unknown', 'redirect', [['redirect', 1000]]],
    ['unknown', 'too-much', [['too-much', 1000]]],
    ['unknown', 'not-probed', [['not-probed', 1000]]],
    [
      'up',
      'answers',
      [
        ['answers', 1000],
        ['redirect', 2000],
      ],
    ],
    [
      'unknown',
      'redirect',
      [
        ['answers', 1000],
        ['redirect', 2000],
        ['redirect', 3000],
      ],
    ],
    // Left behind by a crash: it has refused for ten minutes and nobody wrote the file since.
    [
      'down',
      'refused',
      [
        ['refused', 70_000],
        ['refused', 70_000 + 10 * MINUTE - 1],
      ],
    ],
    [
      'stale',
      'left-behind',
      [
        ['refused', 70_000],
        ['refused', 70_000 + 10 * MINUTE],
      ],
    ],
    [
      'up',
      'answers',
      [
        ['refused', 70_000],
        ['refused', 70_000 + 10 * MINUTE],
        ['answers', 80 * MINUTE],
      ],
    ],
    // A proxy that answers is not left behind.
    [
      'down',
      'status',
      [
        ['gone', 70_000],
        ['gone', 70_000 + 20 * MINUTE],
      ],
    ],
  ])('is %s (%s) after %j', (state, why, steps) => {
    expect(after(steps)).toMatchObject({ state, why });
  });

  it('is stale at once when the host booted after the file was written', () => {
    const steps: Step[] = [['refused', 300_000]];
    expect(after(steps, { bootedAt: 1 })).toMatchObject({ state: 'stale', why: 'left-behind' });
    expect(after(steps, { bootedAt: -1 })).toMatchObject({ state: 'down', why: 'refused' });
  });

  it('starts again when its unit writes the file again, however long it was down', () => {
    const down = after([
      ['answers', 1000],
      ['refused', 2000],
      ['refused', 3000],
    ]);
    const registered = { now: 900_000, registeredAt: 899_000, bootedAt: BOOTED };
    expect(nextHealth(down, { outcome: 'refused' }, registered).state).toBe('starting');
  });

  it('tells since when, not since the last look, and why anew', () => {
    const health = after([
      ['answers', 1000],
      ['answers', 9000],
    ]);
    expect(health).toMatchObject({ since: 1000, latencyMs: 1000, version: '4.1.0', lastUpAt: 9000 });
    const down = after([
      ['refused', 70_000],
      ['gone', 80_000],
    ]);
    expect(down).toMatchObject({ state: 'down', since: 70_000, why: 'status', failingSince: 70_000 });
  });
});
