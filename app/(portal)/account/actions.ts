'use server';

import { redirect } from 'next/navigation';
import { z } from 'zod';

import { action, formAction } from '#lib/http/action';
import { limitSecondFactor } from '#lib/http/sign-in-limits';
import { requirePerson } from '#lib/identity/authorise';
import {
  beginOwnTotp,
  confirmOwnTotp,
  removeOwnSecondFactor,
  renewRecoveryCodes,
} from '#lib/identity/own-second-factor';
import { endOtherSessions, endOwnSession } from '#lib/identity/own-sessions';

const Code = z.string().trim().min(1).max(100);

const endNamed = action({
  access: 'signed-in',
  audit: 'session.end',
  input: z.object({ id: z.string().regex(/^[0-9a-f]{64}$/) }),
  run: (ctx, { id }) => endOwnSession(ctx, { id }),
});

/** Signs out somewhere else. */
export const endOne = formAction(endNamed, (state) => back(state, 'ended'));

const endRest = action({
  access: 'signed-in',
  audit: 'session.end',
  input: z.object({}),
  run: (ctx) => endOtherSessions(ctx),
});

/** Signs out everywhere else. */
export const endOthers = formAction(endRest, (state) => back(state, 'ended'));

const begin = action({
  access: 'signed-in',
  audit: 'person.second-factor-added',
  input: z.object({}),
  run: (ctx, _input, { instance }) => beginOwnTotp(ctx, instance.secrets.session),
});

/** Makes a secret for an authenticator app; the page then shows it. */
export const setUpFactor = formAction(begin, (state) => back(state, 'begun'));

/** The first code of that app. */
export const confirmFactor = action({
  access: 'signed-in',
  audit: 'person.second-factor-added',
  input: z.object({ code: Code }),
  run: async (ctx, { code }, { instance }) => {
    limitSecondFactor(requirePerson(ctx).userId, ctx.now());
    return confirmOwnTotp(ctx, { code, sessionSecret: instance.secrets.session });
  },
});

/** New recovery codes, or no app any more. */
export const changeFactor = action({
  access: 'signed-in',
  audit: 'person.second-factor',
  input: z.object({ do: z.enum(['codes', 'remove']) }),
  run: async (ctx, { do: what }): Promise<{ recoveryCodes: string[] }> => {
    if (what === 'codes') return renewRecoveryCodes(ctx);
    await removeOwnSecondFactor(ctx);
    redirect('/account?done=removed');
  },
});

/** Back to the page, with what went wrong. */
function back(state: { ok: boolean | null; code?: string }, done: string): never {
  redirect(
    state.ok === false ? `/account?problem=${encodeURIComponent(state.code ?? '')}` : `/account?done=${done}`,
  );
}
