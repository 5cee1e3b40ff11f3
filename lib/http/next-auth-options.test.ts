import type { Session } from 'next-auth';
import { decode } from 'next-auth/jwt';
import { afterAll, beforeAll, expect, it } from 'vitest';

import { createPersonLink } from '../identity/setup-link';
import { redeemSetupLink } from '../identity/redeem-setup-link';
import { readSession, sessionRules } from '../identity/session';
import { openTestHouse, type TestHouse } from '../testing/house';
import { sessionValue } from '../testing/session';
import { nextAuthOptions } from './next-auth-options';

let house: TestHouse;
beforeAll(async () => {
  house = await openTestHouse();
});
afterAll(() => house.remove());

it('next-auth’s own routes read and end the sessions of the forms, and tell of none that has ended', async () => {
  const { instance, ctx } = house;
  const link = await createPersonLink(ctx, { roles: ['approver'] });
  const user = await redeemSetupLink(ctx, {
    secret: link.url.split('#s=')[1] ?? '',
    login: 'paula',
    displayName: 'Paula',
    email: null,
    password: 'seven green lanterns float',
  });
  const options = nextAuthOptions(instance);
  const { session: secret } = instance.secrets;
  const cookie = await sessionValue(instance, user);
  const token = (await decode({ token: cookie, secret })) ?? {};
  const told = async () =>
    (await options.callbacks?.session?.({ session: { expires: 'later' }, token } as never)) as Session;
  expect(await told()).toEqual({ expires: 'later', user: { name: 'Paula' } });
  await options.events?.signOut?.({ token, session: {} as never });
  expect(await told()).toEqual({ expires: '1970-01-01T00:00:00.000Z' });
  const rules = sessionRules(instance.config, secret);
  expect(await readSession(instance.db, cookie, rules, new Date())).toBeNull();
});
