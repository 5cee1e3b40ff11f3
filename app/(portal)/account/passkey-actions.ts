'use server';

import { redirect } from 'next/navigation';
import { z } from 'zod';

import { action, formAction } from '#lib/http/action';
import { jsonField } from '#lib/http/json-field';
import { addPasskey, NewPasskeyAnswer } from '#lib/identity/add-passkey';
import { beginPasskey } from '#lib/identity/begin-passkey';
import { proposePasskey } from '#lib/identity/propose-passkey';
import { removePasskey } from '#lib/identity/remove-passkey';
import { PasskeyId } from '#lib/identity/touch-answer';

/** What the browser is asked to make. */
export const beginNewPasskey = action({
  access: 'signed-in',
  input: z.object({}),
  run: (ctx) => beginPasskey(ctx),
});

/** Keeps the new passkey and proposes an approver's at the signer. */
export const addNewPasskey = action({
  access: 'signed-in',
  audit: 'passkey.add',
  input: z.object({
    name: z.string().trim().min(1).max(40),
    answer: jsonField(NewPasskeyAnswer, { maxLength: 20_000, reason: 'passkey' }),
  }),
  run: async (ctx, input): Promise<void> => {
    const { notProposed } = await addPasskey(ctx, input);
    redirect(
      notProposed === null
        ? '/account?done=passkey-added#passkeys'
        : `/account?problem=${notProposed}#passkeys`,
    );
  },
});

const removeOne = action({
  access: 'signed-in',
  audit: 'passkey.remove',
  input: z.object({ id: PasskeyId }),
  run: (ctx, input) => removePasskey(ctx, input),
});

export const removeOwnPasskey = formAction(removeOne, (state) => {
  redirect(
    state.ok === false ? `/account?problem=${state.code}#passkeys` : '/account?done=passkey-removed#passkeys',
  );
});

const proposeOne = action({
  access: 'requests.decide',
  audit: 'passkey.propose',
  input: z.object({ id: PasskeyId }),
  run: (ctx, input) => proposePasskey(ctx, input),
});

export const proposeOwnPasskey = formAction(proposeOne, (state) => {
  redirect(
    state.ok === false
      ? `/account?problem=${state.code}#passkeys`
      : '/account?done=passkey-proposed#passkeys',
  );
});
