import { afterAll, beforeAll, expect, it } from 'vitest';

import type { Ctx } from '../ctx';
import { findRequest } from '../db/requests';
import { insertUserIdentity } from '../db/user-identities';
import { insertUser } from '../db/users';
import { openTestHouse, type TestHouse } from '../testing/house';
import { freshCsr } from '../testing/requests';
import { previewRequest } from './preview-request';
import { provenAccount } from './proven-account';
import { submitRequest } from './submit-request';

let house: TestHouse;
beforeAll(async () => {
  house = await openTestHouse();
});
afterAll(() => house.remove());

/** Somebody who signed in by a provider whose claim says `account`. */
async function signedIn(login: string, account: string | null): Promise<Ctx> {
  const { ctx } = house;
  const at = ctx.now();
  await insertUser(ctx.db, {
    id: `id-${login}`,
    login,
    displayName: login,
    email: null,
    passwordHash: null,
    roles: '[]',
    disabledAt: null,
    sessionVersion: 1,
    createdAt: at,
    lastSignInAt: at,
  });
  const identity = { issuer: 'https://sso.example.org', subject: login, userId: `id-${login}` };
  await insertUserIdentity(ctx.db, { ...identity, account, createdAt: at, lastSeenAt: at });
  return { ...ctx, actor: { kind: 'person', userId: `id-${login}`, name: login, roles: [] } };
}

const wish = (commonName: string) => ({ csr: freshCsr(commonName), email: null, source: 'web' as const });

it('is what the certificate is for, whatever the CSR proposes, and another one cannot be typed', async () => {
  const alice = await signedIn('alice@op', 'alice');
  expect((await previewRequest(alice, wish('root2'))).commonName).toBe('alice');
  const { id } = await submitRequest(alice, wish('mallory'));
  expect(await findRequest(house.ctx.db, id)).toMatchObject({
    commonName: 'alice',
    requesterId: 'id-alice@op',
  });
  await expect(submitRequest(alice, { ...wish('x'), commonName: 'bob' })).rejects.toMatchObject({
    code: 'request.common-name',
    field: 'commonName',
  });
  expect((await submitRequest(alice, { ...wish('x'), commonName: ' alice ' })).state).toBe('SUBMITTED');
});

it('is nobody’s who is not signed in, has no claim, or one that no certificate may carry', async () => {
  expect(await provenAccount(house.ctx)).toBeNull();
  const nameless = await signedIn('nameless@op', null);
  expect((await previewRequest(nameless, wish('typed'))).commonName).toBe('typed');
  expect(await provenAccount(await signedIn('odd@op', 'Odd Name'))).toBeNull();
});

it('counts for nothing where the centre does not ask for a sign-in, and is needed where it does', async () => {
  const carol = await signedIn('carol@op', 'carol');
  const withRule = (ctx: Ctx, signIn: 'none' | 'required'): Ctx => ({
    ...ctx,
    config: { ...ctx.config, requests: { ...ctx.config.requests, signIn } },
  });
  expect((await previewRequest(withRule(carol, 'none'), wish('typed'))).commonName).toBe('typed');
  expect((await previewRequest(withRule(carol, 'required'), wish('typed'))).commonName).toBe('carol');
  const stranger: Ctx = { ...house.ctx, actor: { kind: 'visitor', addressKey: 'k' } };
  await expect(previewRequest(withRule(stranger, 'required'), wish('x'))).rejects.toMatchObject({
    code: 'request.sign-in-required',
  });
});
