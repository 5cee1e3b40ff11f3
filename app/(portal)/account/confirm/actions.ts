'use server';

import { redirect } from 'next/navigation';
import { z } from 'zod';

import { action } from '#lib/http/action';
import { limitSecondFactor } from '#lib/http/sign-in-limits';
import { TouchField } from '#lib/http/touch-field';
import { requirePerson } from '#lib/identity/authorise';
import { confirmSelf } from '#lib/identity/confirmation';
import { beginFactorTouch } from '#lib/identity/factor-touch';

/** A code of the app, or a recovery code, shown again. */
export const confirmByCode = action({
  access: 'signed-in',
  audit: 'person.confirm',
  input: z.strictObject({ code: z.string().trim().min(1).max(100) }),
  run: async (ctx, { code }, { instance }): Promise<never> => {
    limitSecondFactor(requirePerson(ctx).userId, ctx.now());
    await confirmSelf(ctx, { proof: { kind: 'code', code }, sessionSecret: instance.secrets.session });
    redirect('/account#second');
  },
});

/** Asks for the touch of one of the person's passkeys. */
export const beginConfirmation = action({
  access: 'signed-in',
  input: z.strictObject({}),
  run: (ctx) => beginFactorTouch(ctx, { userId: requirePerson(ctx).userId, purpose: 'confirmation' }),
});

/** That touch: field `touch`. */
export const confirmByTouch = action({
  access: 'signed-in',
  audit: 'person.confirm',
  input: z.strictObject({ touch: TouchField }),
  run: async (ctx, { touch: answer }, { instance }): Promise<never> => {
    limitSecondFactor(requirePerson(ctx).userId, ctx.now());
    await confirmSelf(ctx, { proof: { kind: 'passkey', answer }, sessionSecret: instance.secrets.session });
    redirect('/account#second');
  },
});
