import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { DATABASE_KINDS } from '../testing/database';
import { testHouse, type TestHouse } from '../testing/ctx';
import { changeHubList } from './change-hub-list';
import { hubProblems } from './hub-problems';
import { withoutVersion } from './gate-maps';
import { listHubAccess } from './list-hub-access';
import { listHubs } from './list-hubs';
import { publishGateMaps, publishRevocations } from './publish-maps';

describe.each(DATABASE_KINDS)('who may enter a hub, on %s', (kind) => {
  let house: TestHouse;
  const operator = () => house.person('olga', 'operator');
  const map = (name: string) => withoutVersion(readFileSync(join(house.paths.mapsDir, name), 'utf8'));

  beforeEach(async () => {
    house = await testHouse({ kind, config: { hubs: { upstream: { astro: 'http://127.0.0.1:1' } } } });
    mkdirSync(house.paths.hubsDir, { recursive: true });
    writeFileSync(join(house.paths.hubsDir, 'astro.hub'), 'https://gate.localhost:8444/astro,A\n');
    writeFileSync(
      join(house.paths.hubsDir, 'luna.hub'),
      'https://gate.localhost:8444/luna,L\njavascript:x,y\n',
    );
  });
  afterEach(() => house.close());

  it('is the default until somebody says otherwise, and then holds at once', async () => {
    await publishGateMaps(house.ctx);
    expect(map('hubs.map')).toBe('astro http://127.0.0.1:1\n');
    expect(map('access.map')).toBe('astro any\nluna any\n');
    expect(map('revoked.map')).toBe('complete yes\n');
    await changeHubList(operator(), { name: 'astro', access: 'listed' });
    expect(map('access.map')).toBe('luna any\n');
    await changeHubList(operator(), { name: 'astro', add: { people: ['alice'] } });
    expect(map('access.map')).toBe('astro/alice yes\nluna any\n');
    await changeHubList(operator(), { name: 'astro', remove: { people: ['alice'] }, mustBeThere: true });
    expect(map('access.map')).toBe('luna any\n');
    expect((await listHubAccess(operator())).items).toEqual([
      { route: 'astro', access: 'listed', members: [], units: [], events: [] },
      { route: 'luna', access: 'any-valid', members: [], units: [], events: [] },
    ]);
  });

  it('does not close a hub by adding a name to it', async () => {
    await changeHubList(operator(), { name: 'luna', add: { people: ['alice'] } });
    expect(map('access.map')).toBe('astro any\nluna any\n');
  });

  it('keeps what was revoked while the signer is down', async () => {
    writeFileSync(join(house.paths.mapsDir, 'revoked.map'), 'complete yes\n0ABC revoked\n');
    await publishRevocations(house.ctx);
    expect(map('revoked.map')).toBe('complete yes\n0ABC revoked\n');
  });

  it('is decided by operators only', async () => {
    const change = { name: 'astro', access: 'any-valid' } as const;
    await expect(changeHubList(house.ctx, change)).rejects.toMatchObject({ code: 'auth.required' });
    await expect(changeHubList(house.person('anna', 'approver'), change)).rejects.toMatchObject({
      code: 'auth.forbidden',
    });
    await expect(hubProblems(house.ctx)).rejects.toMatchObject({ code: 'auth.required' });
  });

  it.each([
    [{ name: 'a b', commonName: 'x' }, 'hub.name'],
    [{ name: '../x', commonName: 'x' }, 'hub.name'],
    [{ name: 'astro', commonName: '' }, 'hub.name'],
    [{ name: 'astro', commonName: 'a\nb' }, 'hub.name'],
    [{ name: 'astro', commonName: 'a/b' }, 'hub.name'],
  ])('refuses the member %j', async (input, code) => {
    const { name, commonName } = input;
    await expect(changeHubList(operator(), { name, add: { people: [commonName] } })).rejects.toMatchObject({
      code,
    });
  });

  it('says that a name is not on the list', async () => {
    await expect(
      changeHubList(operator(), { name: 'astro', remove: { people: ['x'] }, mustBeThere: true }),
    ).rejects.toMatchObject({
      code: 'hub.not-found',
    });
  });

  it('is told with the list, for the certificate that was shown', async () => {
    await changeHubList(operator(), { name: 'astro', access: 'listed' });
    await changeHubList(operator(), { name: 'astro', add: { people: ['alice'] } });
    const may = async (visitor: Parameters<typeof listHubs>[1]['visitor']) =>
      (await listHubs(house.ctx, { visitor })).hubs.map(({ name, routed, mayEnter }) => [
        name,
        routed,
        mayEnter,
      ]);
    expect(await may(null)).toEqual([
      ['astro', true, undefined],
      ['luna', false, undefined],
    ]);
    expect(await may({ accepted: true, commonName: 'alice' })).toEqual([
      ['astro', true, true],
      ['luna', false, false],
    ]);
    expect(await may({ accepted: true, commonName: 'bob' })).toEqual([
      ['astro', true, false],
      ['luna', false, false],
    ]);
    expect(await may({ accepted: false, commonName: 'alice' })).toEqual([
      ['astro', true, false],
      ['luna', false, false],
    ]);
  });

  it('shows problems to people who can mend them', async () => {
    expect((await hubProblems(operator())).problems).toMatchObject([
      { code: 'not-http', file: 'luna.hub', line: 2 },
    ]);
  });
});

it('lists nothing to a stranger where hubs are for certificates only', async () => {
  const house = await testHouse({ config: { hubs: { visibility: 'certificate' } } });
  await expect(listHubs(house.ctx, { visitor: null })).rejects.toMatchObject({ code: 'auth.no-certificate' });
  expect(await listHubs(house.ctx, { visitor: { accepted: true, commonName: 'x' } })).toEqual({ hubs: [] });
  expect(await listHubs(house.person('anna', 'approver'), { visitor: null })).toEqual({ hubs: [] });
  await house.close();
});
