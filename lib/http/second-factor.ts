'use server';

import { redirect } from 'next/navigation';
import { z } from 'zod';

import { confirmTotp } from '../identity/own-second-factor';
import { halfPerson } from '../identity/second-step';
import { showSecondFactor } from '../identity/show-second-factor';
import { action } from './action';
import { callerHalf } from './caller-half';
import { limitSecondFactor } from './sign-in-limits';
import { requireSignInHost, sessionCookies, setCookies } from './start-session';

const Code = z.strictObject({ code: z.string().trim().min(1).max(100) });

/** The second factor of somebody who has shown the first: field `code`, of the app or from the drawer. */
export const showFactorAction = action({
  access: 'public',
  input: Code,
  run: async (ctx, { code }, { instance, caller, site }) => {
    requireSignInHost(site, instance);
    const half = await callerHalf(instance, caller, ctx.now());
    const user = await halfPerson(ctx, half);
    limitSecondFactor(user.id, ctx.now());
    const sessionSecret = instance.secrets.session;
    await showSecondFactor(ctx, { user, proof: { kind: 'code', code }, sessionSecret });
    const facts = { ...half.facts, secondFactor: true };
    await setCookies(await sessionCookies({ instance, caller, ctx }, user, facts));
    redirect(half.next);
  },
});

/** The first code of an app that was just set up; signs in, and shows the recovery codes once. */
export const enrolFactorAction = action({
  access: 'public',
  input: Code,
  run: async (
    ctx,
    { code },
    { instance, caller, site },
  ): Promise<{ recoveryCodes: string[]; next: string }> => {
    requireSignInHost(site, instance);
    const half = await callerHalf(instance, caller, ctx.now());
    const user = await halfPerson(ctx, half);
    limitSecondFactor(user.id, ctx.now());
    const { recoveryCodes } = await confirmTotp(ctx, { user, code, sessionSecret: instance.secrets.session });
    const facts = { ...half.facts, secondFactor: true };
    await setCookies(await sessionCookies({ instance, caller, ctx }, user, facts));
    return { recoveryCodes, next: half.next };
  },
});
