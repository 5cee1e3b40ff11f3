'use server';

import { redirect } from 'next/navigation';
import { z } from 'zod';

import { HubgateError } from '../errors';
import { normaliseLogin } from '../identity/login';
import { PASSWORD_MAX } from '../identity/password';
import { redeemSetupLink } from '../identity/redeem-setup-link';
import { readSetupLink } from '../identity/setup-link';
import { signInWithPassword } from '../identity/sign-in-with-password';
import { action } from './action';
import { knownDevice } from './device-cookie';
import { safeNext } from './safe-next';
import { limitSetup, limitSignIn } from './sign-in-limits';
import { afterFirstFactor, endSession, homeOf, requireSignInHost, setCookies } from './start-session';

const byPassword = { method: 'password', secondFactor: false, acr: null, amr: [] };

/** Form fields `login`, `password`, `next?`; leads to `next` or home, or to the second factor. */
export const signInAction = action({
  access: 'public',
  input: z.strictObject({
    login: z.string().min(1).max(100),
    password: z.string().min(1).max(PASSWORD_MAX),
    next: z.string().max(500).optional(),
  }),
  run: async (ctx, input, { instance, caller, site }) => {
    requireSignInHost(site, instance);
    if (!ctx.config.signIn.local) {
      throw new HubgateError('auth.credentials', 'There are no passwords here; sign in by another way.');
    }
    const login = normaliseLogin(input.login);
    const device = knownDevice(caller, login, instance.secrets.session, ctx.now());
    limitSignIn({ addressKey: caller.addressKey, login, device }, ctx.now());
    const user = await signInWithPassword(ctx, input);
    const next = safeNext(input.next, homeOf(user));
    const onward = await afterFirstFactor({ instance, caller, ctx }, { user, facts: byPassword, next });
    await setCookies(onward.cookies);
    redirect(onward.location);
  },
});

/** Ends this browser's session and leads to the front page. */
export const signOutAction = action({
  access: 'public',
  input: z.object({}),
  run: async (_ctx, _input, { instance }) => {
    await endSession(instance);
    redirect('/');
  },
});

/** The same, and leads back to the own page by a new sign-in. */
export const signInAgainAction = action({
  access: 'public',
  input: z.object({}),
  run: async (_ctx, _input, { instance }) => {
    await endSession(instance);
    redirect('/sign-in?next=/account');
  },
});

/** What the link behind `/setup#s=…` is for: field `secret`. The link stays usable. */
export const readSetupAction = action({
  access: 'public',
  input: z.strictObject({ secret: z.string().min(1).max(200) }),
  run: async (ctx, input, { instance, caller, site }) => {
    requireSignInHost(site, instance);
    limitSetup(caller.addressKey, ctx.now());
    const payload = await readSetupLink(ctx, input);
    return payload.for === 'new'
      ? { for: 'new' as const, roles: payload.roles }
      : { for: 'reset' as const, login: payload.login };
  },
});

/** Form fields `secret`, `login`, `displayName`, `email`, `password`; signs in and leads on. */
export const setupAction = action({
  access: 'public',
  audit: 'person.create',
  input: z.strictObject({
    secret: z.string().min(1).max(200),
    login: z.string().max(100).default(''),
    displayName: z.string().max(100).default(''),
    email: z
      .union([z.literal(''), z.email()])
      .default('')
      .transform((email) => (email === '' ? null : email)),
    password: z.string().min(1).max(1000),
  }),
  run: async (ctx, input, { instance, caller, site }) => {
    requireSignInHost(site, instance);
    limitSetup(caller.addressKey, ctx.now());
    const user = await redeemSetupLink(ctx, input);
    const facts = { ...byPassword, method: 'link' };
    const onward = await afterFirstFactor({ instance, caller, ctx }, { user, facts, next: homeOf(user) });
    await setCookies(onward.cookies);
    redirect(onward.location);
  },
});
