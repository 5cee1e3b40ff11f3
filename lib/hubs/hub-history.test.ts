import { afterEach, describe, expect, it } from 'vitest';

import { DATABASE_KINDS } from '../testing/database';
import { testHouse, type TestHouse } from '../testing/ctx';
import { firstDay, hubHistory, listOutages } from './hub-history';
import { HubHistoryRecord, rememberHubs } from './hub-history-record';
import type { HubSnapshot } from './hub-index';
import { newHealth, type HubHealth, type HubState, type HubWhy } from './hub-state';
import { availabilityOf } from './view-hub-history';

const houses: TestHouse[] = [];
afterEach(async () => {
  for (const house of houses.splice(0)) await house.close();
});

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

type Seen = Record<string, readonly [HubState, HubWhy]>;

/** Hubs in these states; each began its state now. */
function snapshot(seen: Seen, now: Date, problems: HubSnapshot['problems'] = []): HubSnapshot {
  const hubs = Object.entries(seen).map(([name, [state, why]]) => {
    const failing = state === 'up' ? null : now.getTime();
    const health: HubHealth = { ...newHealth(now.getTime()), state, why, failingSince: failing };
    return {
      ...{ name, url: `https://gate.localhost:8444/${name}`, description: '', route: name, upstream: null },
      ...{ details: {}, probes: [{ base: 'http://127.0.0.1:1', trusted: true }], registeredAt: 0 },
      ...{ file: `${name}.hub`, line: 1, health },
    };
  });
  return { change: 1, hubs, problems };
}

const UP = ['up', 'answers'] as const;
const DOWN = ['down', 'refused'] as const;

describe.each(DATABASE_KINDS)('history of hubs on %s', (kind) => {
  async function begin(now = new Date('2026-11-23T12:00:00.000Z')) {
    const house = await testHouse({ kind, now });
    houses.push(house);
    const { ctx } = house;
    const record = new HubHistoryRecord(ctx);
    /** Something changed now. */
    const see = (seen: Seen) => record.observe(snapshot(seen, ctx.now()));
    const write = (seen: Seen) => record.write(snapshot(seen, ctx.now()));
    return { house, ctx, record, see, write };
  }

  it('counts the seconds of each state and day, to the second, over midnight', async () => {
    const { house, ctx, see, write } = await begin(new Date('2026-11-23T23:58:30.400Z'));
    see({ astro: UP, luna: DOWN });
    house.advance(60_000);
    see({ astro: ['degraded', 'slow'], luna: DOWN });
    house.advance(60_000);
    await write({ astro: UP, luna: DOWN });
    house.advance(500);
    await write({ astro: UP, luna: DOWN });
    house.advance(600);
    await write({ astro: UP, luna: DOWN });
    const history = await hubHistory(ctx);
    const none = { up: 0, starting: 0, degraded: 0, down: 0, stale: 0, unknown: 0 };
    expect(history.get('astro')).toEqual([
      { date: '2026-11-23', seconds: { ...none, up: 60, degraded: 30 } },
      { date: '2026-11-24', seconds: { ...none, degraded: 30, up: 1 } },
    ]);
    expect(history.get('luna')).toEqual([
      { date: '2026-11-23', seconds: { ...none, down: 90 } },
      { date: '2026-11-24', seconds: { ...none, down: 31 } },
    ]);
    expect([...(await hubHistory(ctx, { hubs: ['luna'] })).keys()]).toEqual(['luna']);
    expect(availabilityOf(history.get('astro') ?? [])).toBe(0.504132);
    expect(availabilityOf([])).toBeNull();
  });

  it('counts nothing that nobody saw: a suspended machine', async () => {
    const { house, ctx, see, write } = await begin();
    see({ astro: UP });
    house.advance(2 * HOUR);
    await write({ astro: UP });
    expect(await hubHistory(ctx)).toEqual(new Map());
  });

  it('keeps 90 days, today among them', async () => {
    const { house, ctx, see, write } = await begin();
    for (let day = 0; day < 92; day += 1) {
      see({ astro: UP });
      house.advance(MINUTE);
      await write({ astro: UP });
      house.advance(DAY - MINUTE);
    }
    see({ astro: UP });
    house.advance(MINUTE);
    await write({ astro: UP });
    const days = (await hubHistory(ctx)).get('astro') ?? [];
    expect(days).toHaveLength(90);
    expect(days[0]?.date).toBe(firstDay(ctx.now().getTime()));
    expect(await ctx.db.prisma.hubDay.count()).toBe(90);
  }, 60_000);

  it('writes one outage from its first sign to its end, with the worst of it', async () => {
    const { house, ctx, write } = await begin();
    await write({ astro: UP });
    house.advance(MINUTE);
    const from = ctx.now().toISOString();
    await write({ astro: ['degraded', 'no-answer'] });
    house.advance(MINUTE);
    await write({ astro: DOWN });
    house.advance(MINUTE);
    await write({ astro: ['degraded', 'status'] });
    await write({ astro: ['starting', 'refused'] });
    expect(await listOutages(ctx, { limit: 10 })).toEqual([
      { id: `astro ${from}`, hub: 'astro', from, state: 'down', why: 'refused' },
    ]);
    house.advance(MINUTE);
    await write({ astro: UP });
    const to = ctx.now().toISOString();
    expect(await listOutages(ctx, { limit: 10 })).toMatchObject([{ from, to, state: 'down' }]);
    house.advance(MINUTE);
    await write({ astro: DOWN });
    expect(await listOutages(ctx, { limit: 1 })).toMatchObject([{ from: ctx.now().toISOString() }]);
    expect(await listOutages(ctx, { limit: 10, hubs: ['luna'] })).toEqual([]);
  });

  it.each<[string, readonly [HubState, HubWhy]]>([
    ['slow', ['degraded', 'slow']],
    ['starting', ['starting', 'refused']],
    ['unknown', ['unknown', 'not-probed']],
  ])('what is %s is no outage', async (_what, state) => {
    const { ctx, write } = await begin();
    await write({ astro: state });
    expect(await listOutages(ctx, { limit: 10 })).toEqual([]);
  });

  it('ends the outage of a hub that is registered no more; not because the folder cannot be read', async () => {
    const { ctx, record, write } = await begin();
    await write({ astro: DOWN });
    const unreadable = [{ code: 'folder-unreadable', file: '/x', line: 0, text: 'EIO' }] as const;
    await record.write(snapshot({}, ctx.now(), unreadable));
    expect(await listOutages(ctx, { limit: 1 })).not.toHaveProperty('0.to');
    await write({});
    expect(await listOutages(ctx, { limit: 1 })).toHaveProperty('0.to');
  });

  it('has one writer of several processes, and another once that one is gone', async () => {
    const { house, ctx, write } = await begin();
    const other = new HubHistoryRecord({ ...ctx, paths: { ...ctx.paths, stateDir: '/elsewhere' } });
    const otherWrite = () => other.write(snapshot({ astro: UP }, ctx.now()));
    await write({ astro: UP });
    await otherWrite();
    house.advance(MINUTE);
    await write({ astro: UP });
    await otherWrite();
    const up = async () => (await hubHistory(ctx)).get('astro')?.[0]?.seconds.up;
    expect(await up()).toBe(60);
    for (let minute = 0; minute < 3; minute += 1) {
      house.advance(MINUTE);
      await otherWrite();
    }
    expect(await up()).toBe(120); // the lease was for two and a half minutes; the third is the other's
  });

  it('loses nothing when the database is away for a minute', async () => {
    const { house, ctx, see } = await begin();
    const broken = { ...ctx.db, prisma: { $transaction: () => Promise.reject(new Error('away')) } };
    let db = ctx.db;
    const record = new HubHistoryRecord({
      paths: ctx.paths,
      now: ctx.now,
      get db() {
        return db;
      },
    });
    see({ astro: UP });
    record.observe(snapshot({ astro: UP }, ctx.now()));
    house.advance(MINUTE);
    db = broken as unknown as typeof db;
    await expect(record.write(snapshot({ astro: UP }, ctx.now()))).rejects.toThrow('away');
    db = ctx.db;
    house.advance(MINUTE);
    await record.write(snapshot({ astro: UP }, ctx.now()));
    expect((await hubHistory(ctx)).get('astro')?.[0]?.seconds.up).toBe(120);
  });

  it('knows news when it sees it, and remembers over a restart of minutes, not of hours', async () => {
    const { house, ctx, record, write } = await begin();
    const first = snapshot({ astro: UP, luna: DOWN }, ctx.now());
    expect(record.isNews(first)).toBe(false); // nothing was written yet: the first writing comes anyway
    await record.write(first);
    expect(record.isNews(first)).toBe(false);
    expect(record.isNews(snapshot({ astro: UP }, ctx.now()))).toBe(true);
    expect(record.isNews(snapshot({ astro: DOWN, luna: DOWN }, ctx.now()))).toBe(true);
    const since = ctx.now().getTime();
    house.advance(2 * MINUTE);
    const remembered = await rememberHubs(ctx);
    expect(remembered.get('astro')).toMatchObject({ state: 'up', since, failingSince: null });
    expect(remembered.get('luna')).toMatchObject({
      state: 'down',
      why: 'refused',
      since,
      failingSince: since,
    });
    await write({ astro: UP });
    expect([...(await rememberHubs(ctx)).keys()]).toEqual(['astro']);
    house.advance(HOUR);
    expect(await rememberHubs(ctx)).toEqual(new Map());
  });
});
