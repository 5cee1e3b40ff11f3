import { setTimeout as wait } from 'node:timers/promises';

import { afterEach, describe, expect, it } from 'vitest';

import { probeInterval, PROBES_AT_ONCE, ProbeRound } from './probe-round';

const rounds: ProbeRound[] = [];
afterEach(() => rounds.splice(0).forEach((round) => round.stop()));

function start(
  members: readonly string[],
  look: (member: string) => Promise<'soon' | 'in-turn'>,
): ProbeRound {
  const round = new ProbeRound(look, () => 0);
  rounds.push(round);
  round.setMembers(members);
  round.start();
  return round;
}

describe('ProbeRound', () => {
  it.each([
    [1, 4000],
    [80, 4000],
    [81, 4085],
    [500, 39_700],
  ])('looks at each of %i hubs every %i ms', (hubs, ms) => expect(probeInterval(hubs)).toBe(ms));

  it('looks at 500 once in its first round, at no more than a few at once, never twice at one', async () => {
    const members = Array.from({ length: 500 }, (_, index) => `hub${index}`);
    const looks = new Map<string, number>();
    const running = new Set<string>();
    let most = 0;
    start(members, async (member) => {
      expect(running.has(member)).toBe(false);
      running.add(member);
      most = Math.max(most, running.size);
      looks.set(member, (looks.get(member) ?? 0) + 1);
      await wait(20);
      running.delete(member);
      return 'in-turn';
    });
    await expect.poll(() => looks.size, { timeout: 9000 }).toBe(500);
    expect(new Set(looks.values())).toEqual(new Set([1]));
    expect(most).toBe(PROBES_AT_ONCE);
    expect(most).toBeLessThanOrEqual(20);
  });

  it('looks again soon where there is doubt, and not while it still looks', async () => {
    const looks: string[] = [];
    start(['doubt', 'hangs', 'well'], async (member) => {
      looks.push(member);
      if (member === 'hangs') await wait(2500);
      return member === 'well' ? 'in-turn' : 'soon';
    });
    await wait(2200);
    const count = (name: string) => looks.filter((one) => one === name).length;
    expect(count('doubt')).toBeGreaterThanOrEqual(2);
    expect([count('hangs'), count('well')]).toEqual([1, 1]);
  });

  it('is not kept from the others by hubs that keep silent', async () => {
    const silent = Array.from({ length: PROBES_AT_ONCE * 2 }, (_, index) => `silent${index}`);
    const seen = new Set<string>();
    start([...silent, 'well'], async (member) => {
      if (member !== 'well') await wait(300);
      seen.add(member);
      return 'soon';
    });
    await expect.poll(() => seen.has('well'), { timeout: 3000 }).toBe(true);
  });

  it('takes new ones at once and forgets those that left', async () => {
    const looks: string[] = [];
    const round = start(['a'], (member) => {
      looks.push(member);
      return Promise.resolve('soon');
    });
    round.setMembers(['b']);
    expect(looks).toEqual(['a', 'b']);
    await wait(1500);
    expect(looks.filter((one) => one === 'a')).toHaveLength(1);
    expect(looks.filter((one) => one === 'b').length).toBeGreaterThanOrEqual(2);
  });
});
