import { encode, type JWT } from 'next-auth/jwt';
import { afterAll, beforeAll, expect, it } from 'vitest';

import { createPersonLink } from '../identity/setup-link';
import { redeemSetupLink } from '../identity/redeem-setup-link';
import { readSession } from '../identity/session';
import { openTestHouse, type TestHouse } from '../testing/house';
import { readCaller } from './caller';
import { nextAuthOptions } from './next-auth-options';

let house: TestHouse;
beforeAll(async () => {
  house = await openTestHouse();
});
afterAll(() => house.remove());

it('a session made and ended by next-auth’s own routes has the same end as one of the forms', async () => {
  const { instance, ctx } = house;
  const password = 'seven green lanterns float';
  const link = await createPersonLink(ctx, { roles: ['approver'] });
  await redeemSetupLink(ctx, {
    secret: link.url.split('#s=')[1] ?? '',
    login: 'paula',
    displayName: 'Paula',
    email: null,
    password,
  });
  const headers = new Headers({ host: 'localhost:8443', 'x-forwarded-proto': 'https' });
  const options = nextAuthOptions(instance, readCaller(headers, instance));
  const [provider] = options.providers as unknown as {
    options: { authorize: (credentials: Record<string, string>) => Promise<{ id: string }> };
  }[];
  const user = await provider?.options.authorize({ login: 'paula', password });
  const token = (await options.callbacks?.jwt?.({
    token: { sub: user?.id },
    user,
    account: null,
  } as never)) as JWT;
  const { session: secret } = instance.secrets;
  const cookie = await encode({ token, secret });
  const read = (now: Date) => readSession(instance.db, cookie, secret, now);
  expect(await read(new Date())).toMatchObject({ name: 'paula' });
  expect(await read(new Date(Date.now() + 12 * 3_600_000))).toBeNull();
  await options.events?.signOut?.({ token, session: {} as never });
  expect(await read(new Date())).toBeNull();
});
