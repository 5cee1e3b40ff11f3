import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { GET as badge } from '../../app/api/v1/hubs/[name]/badge.svg/route';
import { GET as history } from '../../app/api/v1/hubs/[name]/history/route';
import { GET as outages } from '../../app/api/v1/hubs/outages.atom/route';
import { GET as list } from '../../app/api/v1/hubs/route';
import { ConfigSchema } from '../config/schema';
import { inTransaction } from '../db/in-transaction';
import { addHubSeconds, storeOutage } from '../db/hub-history';
import { callRoute, openTestHouse, type TestHouse } from '../testing/house';
import { utcDay } from './hub-history';

const HOSTILE = '<b>"&\u0007';

let house: TestHouse;
beforeAll(async () => {
  house = await openTestHouse();
  const { paths, db } = house.instance;
  mkdirSync(paths.hubsDir, { recursive: true });
  writeFileSync(
    join(paths.hubsDir, 'astro.hub'),
    'https://gate.localhost:8444/astro,A\nicon: telescope\nspeed: 9\n',
  );
  writeFileSync(join(paths.hubsDir, 'Física 1.hub'), 'https://gate.localhost:8444/f,F\n');
  const seconds = { up: 90, starting: 0, degraded: 0, down: 10, stale: 0, unknown: 5 };
  const about = { hub: 'astro', state: 'down', why: 'refused' } as const;
  await inTransaction(db, async (tx) => {
    await addHubSeconds(tx, [{ hub: 'astro', day: utcDay(Date.now()), seconds }]);
    await addHubSeconds(tx, [{ hub: 'gone', day: utcDay(Date.now()), seconds }]);
    const [from, to] = [new Date('2026-11-20T10:00:00.000Z'), new Date('2026-11-20T10:07:00.000Z')];
    await storeOutage(tx, { ...about, id: 'astro 1', from, to });
    await storeOutage(tx, {
      ...about,
      id: HOSTILE,
      hub: HOSTILE,
      from: to,
      to: null,
      state: 'stale',
      why: 'left-behind',
    });
  });
});
afterAll(() => house.remove());

const ask = (handler: typeof list, name?: string, headers?: Record<string, string>) =>
  callRoute(house, handler, {
    ...(name === undefined ? {} : { params: { name } }),
    ...(headers === undefined ? {} : { headers }),
  });

describe('/api/v1/hubs', () => {
  it('keeps its old fields and adds what the file says', async () => {
    const { hubs } = (await (await ask(list)).json()) as { hubs: Record<string, unknown>[] };
    expect(hubs.find(({ name }) => name === 'astro')).toEqual({
      ...{ name: 'astro', url: 'https://gate.localhost:8444/astro', description: 'A', routed: false },
      ...{ state: 'unknown', why: 'not-probed', since: expect.any(String) as string, icon: 'telescope' },
    });
  });
});

describe('/api/v1/hubs/{name}/history', () => {
  it('gives days, outages and the share of watched time that it was up', async () => {
    const answer = await ask(history, 'astro');
    expect(await answer.json()).toMatchObject({
      name: 'astro',
      availability: 0.9,
      days: [{ date: utcDay(Date.now()), seconds: { up: 90, down: 10 } }],
      outages: [{ from: '2026-11-20T10:00:00.000Z', to: '2026-11-20T10:07:00.000Z', why: 'refused' }],
    });
  });

  it('is there for hubs without a record and for those that were; not for others', async () => {
    expect(await (await ask(history, 'F%C3%ADsica%201')).json()).toEqual({
      ...{ name: 'Física 1', days: [], outages: [] },
    });
    expect((await ask(history, 'gone')).status).toBe(200);
    const unknown = await ask(history, 'nobody');
    expect([unknown.status, ((await unknown.json()) as { code: string }).code]).toEqual([
      404,
      'hub.not-found',
    ]);
    expect((await ask(history, '..%2F..')).status).toBe(404);
    expect((await ask(history, '%E0%A4%A')).status).toBe(404);
  });
});

describe('/api/v1/hubs/{name}/badge.svg', () => {
  it('is a well-formed picture without scripts, asked for anew each time', async () => {
    const answer = await ask(badge, 'F%C3%ADsica%201');
    expect(answer.headers.get('content-type')).toBe('image/svg+xml; charset=utf-8');
    expect(answer.headers.get('cache-control')).toBe('no-cache');
    expect(answer.headers.get('content-security-policy')).toBe("default-src 'none'; sandbox");
    const text = await answer.text();
    expect(text).toContain('<title>Física 1: unknown</title>');
    wellFormed(text);
    const etag = answer.headers.get('etag') ?? '';
    expect((await ask(badge, 'F%C3%ADsica%201', { 'if-none-match': etag })).status).toBe(304);
    expect((await ask(badge, 'nobody')).status).toBe(404);
  });
});

describe('/api/v1/hubs/outages.atom', () => {
  it('is a well-formed feed: newest first, what ended with its length, hostile names as text', async () => {
    const answer = await ask(outages);
    expect(answer.headers.get('content-type')).toBe('application/atom+xml; charset=utf-8');
    const text = await answer.text();
    wellFormed(text);
    expect(text).toContain('<title>astro was down: nobody listens at its address</title>');
    expect(text).toContain('From 2026-11-20 10:00 to 2026-11-20 10:07 (UTC), 7 minutes.');
    expect(text).toContain('&lt;b&gt;&quot;&amp; is left behind');
    expect(text.indexOf('left behind')).toBeLessThan(text.indexOf('astro was down'));
    expect(text).toContain('<updated>2026-11-20T10:07:00.000Z</updated><author>');
  });
});

it('shows none of it to strangers where hubs are for holders of a certificate', async () => {
  const shown = house.instance.config;
  const hidden = ConfigSchema.parse({ ...shown, hubs: { ...shown.hubs, visibility: 'certificate' } });
  Object.assign(house.instance, { config: hidden });
  try {
    for (const [handler, name] of [[list], [outages], [badge, 'astro'], [history, 'astro']] as const) {
      expect((await ask(handler, name)).status).toBe(401);
    }
  } finally {
    Object.assign(house.instance, { config: shown });
  }
});

/** Debian's own parser says so, or throws. */
function wellFormed(text: string): void {
  execFileSync(
    'python3',
    ['-c', 'import sys, xml.dom.minidom; xml.dom.minidom.parseString(sys.stdin.buffer.read())'],
    {
      input: text,
    },
  );
}
