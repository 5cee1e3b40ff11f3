import { afterAll, beforeAll, expect, it } from 'vitest';

import type { Ctx } from '../ctx';
import { insertUserIdentity } from '../db/user-identities';
import { insertUser } from '../db/users';
import { testHouse, type TestHouse } from '../testing/ctx';
import { knownRequester } from './known-requester';

let house: TestHouse;
beforeAll(async () => {
  const provider = { id: 'op', label: 'OP', issuer: 'https://sso.example.org', clientId: 'x' };
  house = await testHouse({ config: { signIn: { oidc: [provider] } } });
});
afterAll(() => house.close());

async function person(login: string, email: string | null): Promise<Ctx> {
  const { ctx } = house;
  const at = ctx.now();
  await insertUser(ctx.db, {
    id: `id-${login}`,
    login,
    displayName: login,
    email,
    passwordHash: null,
    roles: '[]',
    disabledAt: null,
    sessionVersion: 1,
    createdAt: at,
    lastSignInAt: at,
  });
  return { ...ctx, actor: { kind: 'person', userId: `id-${login}`, name: login, roles: [] } };
}

it('is the login and the address of who is signed in, for them to change', async () => {
  expect(await knownRequester(await person('paula', 'paula@example.org'))).toEqual({
    account: null,
    login: 'paula',
    email: 'paula@example.org',
    silent: false,
  });
});

it('is the account that a provider vouches for, whatever the login is', async () => {
  const ctx = await person('alice@op', null);
  const identity = {
    issuer: 'https://sso.example.org',
    subject: 'a',
    userId: 'id-alice@op',
    account: 'alice',
    email: null,
  };
  await insertUserIdentity(ctx.db, { ...identity, createdAt: ctx.now(), lastSeenAt: ctx.now() });
  expect(await knownRequester(ctx)).toEqual({ account: 'alice', login: null, email: null, silent: false });
});

it('is nothing of strangers, and where sign-ins are left out of requests', async () => {
  const nothing = { account: null, login: null, email: null, silent: false };
  const visitor = { kind: 'visitor' as const, addressKey: 'k' };
  expect(await knownRequester({ ...house.ctx, actor: visitor })).toEqual(nothing);
  const { ctx } = house;
  const config = { ...ctx.config, requests: { ...ctx.config.requests, signIn: 'none' as const } };
  const otto = await person('otto', 'otto@example.org');
  expect(await knownRequester({ ...otto, config })).toEqual(nothing);
});
