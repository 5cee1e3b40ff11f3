import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';

import type { Ctx } from '../ctx';
import { approveEvent } from '../events/approve-event';
import { planEvent } from '../events/plan-event';
import { revokeEvent } from '../events/revoke-event';
import { viewEvent } from '../events/view-event';
import { listAuditEvents } from '../testing/audit-rows';
import { testHouse, type TestHouse } from '../testing/ctx';
import { DATABASE_KINDS } from '../testing/database';
import { startTestSigner, type TestSigner } from '../testing/signer';
import { readAllowedUsers } from './allowed-users';
import { changeHubList } from './change-hub-list';
import { withoutVersion } from './gate-maps';
import { importHubList, previewHubImport } from './import-hub-list';
import { listHubs } from './list-hubs';
import { publishHubMaps } from './publish-maps';
import { exportHubList, viewHubList } from './view-hub-list';

const HOUR = 3_600_000;
let signer: TestSigner;

beforeAll(async () => {
  signer = await startTestSigner();
});
afterAll(() => signer.remove());

describe.each(DATABASE_KINDS)('an event on the list of a hub, on %s', (kind) => {
  let house: TestHouse;
  let olga: Ctx;
  let made = 0;
  const map = () => withoutVersion(readFileSync(join(house.paths.mapsDir, 'access.map'), 'utf8')).split('\n');

  beforeEach(async () => {
    const upstream = { astro: 'http://127.0.0.1:1', open: 'http://127.0.0.1:2' };
    house = await testHouse({ kind, signer, realClock: true, config: { hubs: { upstream } } });
    olga = house.person('olga', 'operator');
    mkdirSync(house.paths.hubsDir, { recursive: true });
    for (const name of ['astro', 'open'])
      writeFileSync(join(house.paths.hubsDir, `${name}.hub`), `https://gate.localhost:8444/${name},A\n`);
  });
  afterEach(() => house.close());

  /** Two seats, from now (or later) for two hours. */
  async function planned(startsInMs = -1000): Promise<{ id: string; names: [string, string] }> {
    made += 1;
    const now = house.ctx.now().getTime();
    const { id } = await planEvent(olga, {
      name: `Class ${kind} ${made}`,
      startsAt: new Date(now + startsInMs),
      endsAt: new Date(now + startsInMs + 2 * HOUR),
      hubs: ['astro'],
      people: { seats: 2 },
      spare: 0,
    });
    const [one, two] = (await viewEvent(olga, { id })).participants.map(({ commonName }) => commonName);
    return { id, names: [one ?? '', two ?? ''] };
  }
  const approve = (id: string) => approveEvent(house.person('anna', 'approver'), { id });
  const mayEnter = async (commonName: string) =>
    (await listHubs(house.ctx, { visitor: { accepted: true, commonName, units: ['NLHPC'] } })).hubs.map(
      ({ mayEnter: may }) => may,
    );

  it('opens that hub alone, from the approval on, and is shut out by its end', async () => {
    const { id, names } = await planned();
    await changeHubList(olga, { name: 'astro', access: 'listed', add: { events: [id.toLowerCase()] } });
    expect(map()).toEqual(['open any', '']);
    await approve(id);
    const [one, two] = names;
    const during = [
      `astro/${one} yes`,
      `astro/${two} yes`,
      `open/${one} no`,
      `open/${two} no`,
      'open any',
      '',
    ];
    expect(map()).toEqual(during);
    expect(await mayEnter(one)).toEqual([true, false]);
    expect(await mayEnter('alice')).toEqual([false, true]);
    await changeHubList(olga, { name: 'astro', add: { units: ['NLHPC'] } });
    await changeHubList(olga, { name: 'open', add: { events: [id] } });
    expect(await mayEnter(one)).toEqual([true, true]);
    expect(map()).toEqual([`astro/${one} yes`, `astro/${two} yes`, 'ou:astro/NLHPC yes', 'open any', '']);

    house.advance(2 * HOUR);
    await publishHubMaps(house.ctx);
    const after = [`astro/${one} no`, `astro/${two} no`, 'ou:astro/NLHPC yes', ...during.slice(2)];
    expect(map()).toEqual(after);
    expect(await mayEnter(one)).toEqual([false, false]);
    house.advance(25 * HOUR);
    await publishHubMaps(house.ctx);
    expect(map()).toEqual(['ou:astro/NLHPC yes', 'open any', '']);
  });

  it('is shut out before it begins, and when it is closed', async () => {
    const coming = await planned(HOUR);
    await changeHubList(olga, { name: 'astro', access: 'listed', add: { events: [coming.id] } });
    await approve(coming.id);
    expect(map()).toEqual([...coming.names.map((name) => `open/${name} no`), 'open any', '']);
    house.advance(HOUR);
    await publishHubMaps(house.ctx);
    expect(map()).toContain(`astro/${coming.names[0]} yes`);
    await revokeEvent(olga, { id: coming.id, expectedCount: 0 });
    expect(map()).toEqual(['open any', '']); // nobody had asked for a certificate
  });

  it('has to be one, and each that comes and goes is in the audit trail', async () => {
    const { id } = await planned();
    for (const [event, code] of [
      ['E-00000000', 'event.not-found'],
      ['E-7', 'hub.name'],
      ['alice', 'hub.name'],
    ] as const)
      await expect(changeHubList(olga, { name: 'astro', add: { events: [event] } })).rejects.toMatchObject({
        code,
      });
    await changeHubList(olga, { name: 'astro', add: { events: [id] } });
    const other = await planned();
    await expect(
      changeHubList(olga, { name: 'astro', remove: { events: [other.id] }, mustBeThere: true }),
    ).rejects.toMatchObject({ code: 'hub.not-found' });
    await changeHubList(olga, { name: 'astro', remove: { events: [id] }, mustBeThere: true });
    const trail = (await listAuditEvents(house.ctx.db)).filter(({ target }) => target === 'astro');
    expect(trail.map(({ action, data }) => `${action} ${data}`)).toEqual([
      `hub.allow {"event":"${id}"}`,
      `hub.deny {"event":"${id}"}`,
    ]);
  });

  it('goes by CSV both ways, and its names into a configuration while it runs', async () => {
    const { id, names } = await planned();
    const text = `kind,name\r\nperson,alice\r\nevent,${id}\r\n`;
    const input = { name: 'astro', text, mode: 'replace' } as const;
    expect(await previewHubImport(olga, input)).toMatchObject({ added: { people: ['alice'], events: [id] } });
    await importHubList(olga, input);
    expect((await exportHubList(olga, { name: 'astro', form: 'csv' })).text).toBe(text);
    const python = async () => (await exportHubList(olga, { name: 'astro', form: 'python' })).text;
    expect(await python()).toContain(`# The list also names the event ${id}`);
    expect(readAllowedUsers(await python()).people).toEqual(['alice']);
    await approve(id);
    expect(await python()).toContain(`\n    # Of the event ${id}, 'Class ${kind}`);
    expect(readAllowedUsers(await python())).toMatchObject({ people: ['alice', ...names], problems: [] });
    expect(await viewHubList(olga, { name: 'astro' })).toMatchObject({
      events: [{ name: id, phase: 'running', participants: names, addedBy: 'person:olga' }],
    });
    expect(await importHubList(olga, { ...input, text: 'alice\n' })).toMatchObject({
      removed: { events: [id] },
    });
  });

  it('shows on its own page which hubs let it in', async () => {
    const { id } = await planned();
    const lists = async () => (await viewEvent(olga, { id })).lists;
    expect(await lists()).toEqual([{ hub: 'astro', planned: true, named: false }]);
    await changeHubList(olga, { name: 'open', add: { events: [id] } });
    await changeHubList(olga, { name: 'astro', add: { events: [id] } });
    expect(await lists()).toEqual([
      { hub: 'astro', planned: true, named: true },
      { hub: 'open', planned: false, named: true },
    ]);
  });

  it('cannot have a name that stands on some list already', async () => {
    const account = `zoe-${kind}`;
    await changeHubList(olga, { name: 'open', add: { people: [account] } });
    const now = house.ctx.now().getTime();
    const plan = planEvent(olga, {
      name: 'Taken',
      startsAt: new Date(now),
      endsAt: new Date(now + HOUR),
      hubs: [],
      people: { csv: new TextEncoder().encode(`name,email,account\nZoe,,${account}\n`) },
      spare: 0,
    });
    await expect(plan).rejects.toMatchObject({ code: 'event.names', params: { reason: 'held' } });
  });
});
