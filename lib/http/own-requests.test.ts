import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { GET as download } from '../../app/api/v1/requests/[id]/[file]/route';
import { GET as show } from '../../app/api/v1/requests/[id]/route';
import { POST as withdraw } from '../../app/api/v1/requests/[id]/withdraw/route';
import type { Ctx } from '../ctx';
import { findUserById, insertUser, setUserAccess } from '../db/users';
import { SESSION_COOKIE } from '../identity/session-cookie';
import { approveRequest } from '../requests/approve-request';
import { listOwnRequests } from '../requests/list-own-requests';
import { signRequests } from '../requests/sign-requests';
import { callRoute, openTestHouse, type TestHouse } from '../testing/house';
import { allEvents, submitOne } from '../testing/requests';
import { inBrowser, sessionValue } from '../testing/session';

type Person = { id: string; login: string };

let house: TestHouse;
let anna: Person;
let boris: Person;
let annas: string;

beforeAll(async () => {
  house = await openTestHouse();
  anna = await person('anna', []);
  boris = await person('boris', ['approver', 'operator', 'admin', 'auditor']);
  annas = await submitOne(as(anna), { commonName: 'anna' });
});
afterAll(() => house.remove());

async function person(login: string, roles: string[]): Promise<Person> {
  const user = { id: `id-${login}`, login, displayName: login, email: null, passwordHash: null };
  await insertUser(house.ctx.db, {
    ...user,
    roles: JSON.stringify(roles),
    disabledAt: null,
    sessionVersion: 1,
    createdAt: new Date(),
    lastSignInAt: null,
  });
  return user;
}

const as = ({ id: userId, login: name }: Person): Ctx => ({
  ...house.ctx,
  actor: { kind: 'person', userId, name, roles: [] },
});

/** What a browser sends in which this person is signed in. */
async function browserOf({ id }: Person): Promise<Record<string, string>> {
  const user = await findUserById(house.ctx.db, id);
  if (user === null) throw new Error('nobody');
  return {
    cookie: `${inBrowser(house.instance, SESSION_COOKIE)}=${await sessionValue(house.instance, user)}`,
    origin: house.instance.config.site.url,
  };
}

const listOf = (userId: string | null, requestIds: string[] = []) =>
  listOwnRequests({
    ...house.ctx,
    actor: {
      kind: 'owner',
      addressKey: 'k',
      proofs: { requestIds, serial: null, email: null, userId },
    },
  });

describe('the requests of who is signed in', () => {
  it('are listed from any browser, beside those of the browser itself; newest first', async () => {
    const unsigned = await submitOne(
      { ...house.ctx, actor: { kind: 'visitor', addressKey: 'k' } },
      { commonName: 'gerda' },
    );
    expect((await listOf(anna.id)).map(({ id }) => id)).toEqual([annas]);
    const both = await listOf(anna.id, [unsigned]);
    expect(both.map(({ commonName }) => commonName)).toEqual(['gerda', 'anna']);
    expect(await listOf(boris.id)).toEqual([]);
    expect(await listOf(null)).toEqual([]);
    expect((await listOf(null, [unsigned])).map(({ id }) => id)).toEqual([unsigned]);
    expect(await listOwnRequests(house.ctx)).toEqual([]);
  });

  it('open for them, and for nobody else who knows the id, whatever their roles', async () => {
    const params = { id: annas };
    const hers = await callRoute(house, show, { params, headers: await browserOf(anna) });
    expect(await hers.json()).toMatchObject({ id: annas, state: 'SUBMITTED' });
    for (const headers of [{}, await browserOf(boris)]) {
      expect((await callRoute(house, show, { params, headers })).status).toBe(401);
      const method = 'POST';
      expect((await callRoute(house, withdraw, { params, headers, method })).status).toBe(401);
    }
    const secret = { authorization: 'Bearer AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA' };
    expect((await callRoute(house, withdraw, { params, headers: secret, method: 'POST' })).status).toBe(404);
    expect(await listOf(anna.id)).toMatchObject([{ state: 'SUBMITTED' }]);
  });

  it('become certificates that they fetch, until their account is closed', async () => {
    await approveRequest(house.ctx, { id: annas });
    await allEvents(signRequests(house.ctx, { ids: [annas] }));
    expect(await listOf(anna.id)).toMatchObject([{ state: 'ISSUED', certificate: { state: 'VALID' } }]);
    const call = { params: { id: annas, file: 'certificate.pem' }, headers: await browserOf(anna) };
    expect(await (await callRoute(house, download, call)).text()).toContain('BEGIN CERTIFICATE');
    await setUserAccess(house.ctx.db, { id: anna.id, roles: '[]', disabledAt: new Date() });
    expect((await callRoute(house, download, call)).status).toBe(401);
  });

  it('are not withdrawn by a form of another site', async () => {
    const carla = await person('carla', []);
    const id = await submitOne(as(carla), { commonName: 'carla' });
    const call = { params: { id }, method: 'POST' };
    const headers = await browserOf(carla);
    const foreign = { ...headers, origin: 'https://evil.example' };
    expect((await callRoute(house, withdraw, { ...call, headers: foreign })).status).toBe(403);
    // Nor on the name that carries hubs, where the session does not count.
    const { gateUrl } = house.instance.config.site;
    const gate = { ...headers, origin: gateUrl };
    expect((await callRoute(house, withdraw, { ...call, headers: gate, origin: gateUrl })).status).toBe(401);
    expect((await callRoute(house, withdraw, { ...call, headers })).status).toBe(200);
  });
});
