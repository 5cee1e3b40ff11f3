import type { Session } from 'next-auth';
import { decode } from 'next-auth/jwt';
import { afterAll, beforeAll, expect, it } from 'vitest';

import { createPersonLink } from '../identity/setup-link';
import { redeemSetupLink } from '../identity/redeem-setup-link';
import { readSession, sessionRules } from '../identity/session';
import { SESSION_COOKIE } from '../identity/session-cookie';
import { openTestHouse, type TestHouse } from '../testing/house';
import { inBrowser, sessionValue } from '../testing/session';
import { callNextAuth, type NextAuthCall } from './call-next-auth';
import { nextAuthOptions } from './next-auth-options';

let house: TestHouse;
beforeAll(async () => {
  house = await openTestHouse();
});
afterAll(() => house.remove());

async function signedIn(login: string) {
  const { instance, ctx } = house;
  const link = await createPersonLink(ctx, { roles: ['approver'] });
  const user = await redeemSetupLink(ctx, {
    secret: link.url.split('#s=')[1] ?? '',
    login,
    displayName: 'Paula',
    email: null,
    password: 'seven green lanterns float',
  });
  const cookie = await sessionValue(instance, user);
  const rules = sessionRules(instance.config, instance.secrets.session);
  return { cookie, session: () => readSession(instance.db, cookie, rules, new Date()) };
}

it('next-auth’s own routes read and end the sessions of the forms, and tell of none that has ended', async () => {
  const { instance } = house;
  const options = nextAuthOptions(instance);
  const { session: secret } = instance.secrets;
  const { cookie, session } = await signedIn('paula');
  const token = (await decode({ token: cookie, secret })) ?? {};
  const told = async () =>
    (await options.callbacks?.session?.({ session: { expires: 'later' }, token } as never)) as Session;
  expect(await told()).toEqual({ expires: 'later', user: { name: 'Paula' } });
  await options.events?.signOut?.({ token, session: {} as never });
  expect(await told()).toEqual({ expires: '1970-01-01T00:00:00.000Z' });
  expect(await session()).toBeNull();
});

it('they end a session by the token of this browser only, which no page of another origin can read', async () => {
  const options = nextAuthOptions(house.instance);
  const { cookie, session } = await signedIn('rosa');
  const signOut = async (token: string | undefined, cookies: Record<string, string>) => {
    const form = token === undefined ? {} : { csrfToken: token };
    const call = { action: 'signout', method: 'POST', body: form } as const;
    // The interface of this file's neighbour names the steps of OpenID Connect only.
    await callNextAuth(options, {
      ...(call as unknown as NextAuthCall),
      cookies: { [inBrowser(house.instance, SESSION_COOKIE)]: cookie, ...cookies },
    });
    return (await session()) === null ? 'ended' : 'stays';
  };
  const asked = await callNextAuth(options, { action: 'csrf', method: 'GET', cookies: {} });
  const { csrfToken } = asked.body as { csrfToken: string };
  const [pair = ''] = asked.cookies.find((one) => one.includes('csrf'))?.split(';') ?? [];
  const own = { [pair.split('=')[0] ?? '']: decodeURIComponent(pair.slice(pair.indexOf('=') + 1)) };
  expect(await signOut(undefined, {})).toBe('stays');
  expect(await signOut(undefined, own)).toBe('stays');
  expect(await signOut(csrfToken, {})).toBe('stays');
  expect(await signOut('f'.repeat(64), own)).toBe('stays');
  expect(await signOut(csrfToken, own)).toBe('ended');
});
