'use server';

import { redirect } from 'next/navigation';
import { z } from 'zod';

import { PASSWORD_MAX } from '../identity/password';
import { redeemSetupLink } from '../identity/redeem-setup-link';
import { readSetupLink } from '../identity/setup-link';
import { signInWithPassword } from '../identity/sign-in-with-password';
import { action } from './action';
import { safeNext } from './safe-next';
import { limitSetup, limitSignIn } from './sign-in-limits';
import { endSession, requireSignInHost, startSession } from './start-session';

/** Form fields `login`, `password`, `next?`; leads to `next` or /admin. */
export const signInAction = action({
  access: 'public',
  input: z.strictObject({
    login: z.string().min(1).max(100),
    password: z.string().min(1).max(PASSWORD_MAX),
    next: z.string().max(500).optional(),
  }),
  run: async (ctx, input, { instance, caller, site }) => {
    requireSignInHost(site, instance);
    limitSignIn(caller.addressKey, input.login, ctx.now());
    const user = await signInWithPassword(ctx, input);
    await startSession(instance, user);
    redirect(safeNext(input.next, '/admin'));
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

/** Form fields `secret`, `login`, `displayName`, `email`, `password`; signs in and leads to /admin. */
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
    await startSession(instance, user);
    redirect('/admin');
  },
});
