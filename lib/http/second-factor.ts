'use server';

import { redirect } from 'next/navigation';
import { z } from 'zod';

import { beginFactorTouch } from '../identity/factor-touch';
import { enrolTotp } from '../identity/own-second-factor';
import { halfPerson } from '../identity/second-step';
import { showSecondFactor } from '../identity/show-second-factor';
import { action } from './action';
import { callerHalf } from './caller-half';
import { limitSecondFactor } from './sign-in-limits';
import { requireSignInHost, sessionCookies, setCookies } from './start-session';
import { TouchField } from './touch-field';

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
    const proof = { kind: 'code', code } as const;
    const factor = await showSecondFactor(ctx, { user, proof, purpose: 'sign-in', sessionSecret });
    const facts = { ...half.facts, secondFactor: true };
    await setCookies(await sessionCookies({ instance, caller, ctx }, user, facts, factor));
    redirect(half.next);
  },
});

/** Asks for a touch of whoever has shown the first factor: nobody else hears which passkeys there are. */
export const beginFactorTouchAction = action({
  access: 'public',
  input: z.strictObject({}),
  run: async (ctx, _input, { instance, caller, site }) => {
    requireSignInHost(site, instance);
    const user = await halfPerson(ctx, await callerHalf(instance, caller, ctx.now()));
    return beginFactorTouch(ctx, { userId: user.id, purpose: 'sign-in' });
  },
});

/** That touch, as the second factor: field `touch`. */
export const touchFactorAction = action({
  access: 'public',
  input: z.strictObject({ touch: TouchField }),
  run: async (ctx, { touch: answer }, { instance, caller, site }): Promise<never> => {
    requireSignInHost(site, instance);
    const half = await callerHalf(instance, caller, ctx.now());
    const user = await halfPerson(ctx, half);
    limitSecondFactor(user.id, ctx.now());
    const proof = { kind: 'passkey', answer } as const;
    const sessionSecret = instance.secrets.session;
    const factor = await showSecondFactor(ctx, { user, proof, purpose: 'sign-in', sessionSecret });
    const facts = { ...half.facts, secondFactor: true };
    await setCookies(await sessionCookies({ instance, caller, ctx }, user, facts, factor));
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
    const { recoveryCodes } = await enrolTotp(ctx, { user, code, sessionSecret: instance.secrets.session });
    const facts = { ...half.facts, secondFactor: true };
    await setCookies(await sessionCookies({ instance, caller, ctx }, user, facts, 'totp'));
    return { recoveryCodes, next: half.next };
  },
});
