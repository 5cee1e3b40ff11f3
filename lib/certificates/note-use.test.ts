import { afterAll, beforeAll, expect, it } from 'vitest';

import { GET as seeRequest } from '../../app/api/v1/requests/[id]/route';
import { GET as fetchFile } from '../../app/api/v1/requests/[id]/[file]/route';
import { GET as certCheck } from '../../app/api/cert-check/route';
import { insertUser } from '../db/users';
import { viewFirstSteps } from '../onboarding/view-first-steps';
import { approveRequest } from '../requests/approve-request';
import { signRequests } from '../requests/sign-requests';
import { submitRequest } from '../requests/submit-request';
import { viewOwnRequest } from '../requests/view-own-request';
import { callRoute, openTestHouse, type TestHouse } from '../testing/house';
import { allEvents, freshCsr } from '../testing/requests';

let house: TestHouse;
beforeAll(async () => {
  house = await openTestHouse();
});
afterAll(() => house.remove());

async function issued(commonName: string) {
  const { id, pickupSecret } = await submitRequest(house.ctx, {
    csr: freshCsr(commonName),
    email: `${commonName}@example.org`,
    source: 'api',
  });
  await approveRequest(house.ctx, { id });
  await allEvents(signRequests(house.ctx, { ids: [id] }));
  const own = async () => {
    const actor = { kind: 'requester' as const, requestId: id, addressKey: 'k' };
    const { certificate } = await viewOwnRequest({ ...house.ctx, actor }, { id });
    return { pem: certificate?.pem ?? '', fetched: certificate?.fetchedAt, seen: certificate?.seenAt };
  };
  const call = { params: { id }, headers: { authorization: `Bearer ${pickupSecret}` } };
  return { own, call };
}

it('knows when a certificate was picked up, and that its chain alone is not it', async () => {
  const { own, call } = await issued('alice');
  expect(await own()).toMatchObject({ fetched: null, seen: null });
  const fetchAs = (file: string) =>
    callRoute(house, fetchFile, { ...call, params: { ...call.params, file } });
  expect((await fetchAs('chain.pem')).status).toBe(200);
  expect((await own()).fetched).toBeNull();
  expect((await fetchAs('certificate.pem')).status).toBe(200);
  const { fetched } = await own();
  expect(fetched).toMatch(/^20/);
  await fetchAs('fullchain.pem');
  expect((await own()).fetched).toBe(fetched);
});

it('counts the answer of the API as a pick-up by programs', async () => {
  const { own, call } = await issued('bob');
  expect((await callRoute(house, seeRequest, call)).status).toBe(200);
  expect((await own()).fetched).toMatch(/^20/);
});

it('knows that the gate has accepted it, and only then', async () => {
  const { own } = await issued('carla');
  const { pem } = await own();
  const check = (verify: string) =>
    callRoute(house, certCheck, {
      origin: house.instance.config.site.gateUrl,
      headers: { 'x-ssl-client-verify': verify, 'x-ssl-client-cert': pem.trim().replaceAll('\n', ' ') },
    });
  await check('FAILED:unable to verify');
  expect((await own()).seen).toBeNull();
  expect(await (await check('SUCCESS')).json()).toMatchObject({ accepted: true });
  expect((await own()).seen).toMatch(/^20/);

  const at = house.ctx.now();
  await insertUser(house.ctx.db, {
    id: 'id-carla',
    login: 'carla',
    displayName: 'Carla',
    email: null,
    passwordHash: null,
    roles: '["admin"]',
    disabledAt: null,
    sessionVersion: 1,
    createdAt: at,
    lastSignInAt: at,
  });
  const steps = await viewFirstSteps(house.ctx, {
    userId: 'id-carla',
    visitor: null,
    requestIds: [],
    evaluation: true,
  });
  expect(steps.items.find(({ key }) => key === 'check')).toEqual({
    key: 'check',
    state: 'done',
    name: 'carla',
  });
});
