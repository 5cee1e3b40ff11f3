'use server';

import { redirect } from 'next/navigation';
import { z } from 'zod';

import { action, formAction } from '#lib/http/action';
import { dismissFirstSteps } from '#lib/onboarding/dismiss-first-steps';
import { sendTestMail } from '#lib/onboarding/send-test-mail';

const putAway = action({
  access: 'administration.open',
  input: z.object({}),
  run: (ctx) => dismissFirstSteps(ctx),
});

/** Puts the list away; it stays at /admin/first-steps. */
export const dismiss = formAction(putAway, (state) => {
  redirect(
    state.ok === false
      ? `/admin/first-steps?problem=${encodeURIComponent(state.code)}`
      : '/admin?done=dismissed',
  );
});

const test = action({
  access: 'mail.test',
  audit: 'mail.test',
  input: z.object({ to: z.email() }),
  run: (ctx, input) => sendTestMail(ctx, input),
});

/** Sends a test mail and says on the list whether it left. */
export const sendTest = formAction(test, (state) => {
  redirect(
    state.ok === false
      ? `/admin/first-steps?problem=${encodeURIComponent(state.code)}`
      : `/admin/first-steps?done=mailSent`,
  );
});
