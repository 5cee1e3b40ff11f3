'use server';

import { redirect } from 'next/navigation';
import { z } from 'zod';

import { action } from '#lib/http/action';
import { IDLE } from '#lib/http/action-state';
import { dismissFirstSteps } from '#lib/onboarding/dismiss-first-steps';
import { sendTestMail } from '#lib/onboarding/send-test-mail';

const ANYBODY = ['admin', 'operator', 'approver', 'auditor'] as const;

const putAway = action({ access: ANYBODY, input: z.object({}), run: (ctx) => dismissFirstSteps(ctx) });

/** Puts the list away; it stays at /admin/first-steps. */
export async function dismiss(form: FormData): Promise<void> {
  await putAway(IDLE, form);
  redirect('/admin?done=dismissed');
}

const test = action({
  access: ['admin', 'operator'],
  audit: 'mail.test',
  input: z.object({ to: z.email() }),
  run: (ctx, input) => sendTestMail(ctx, input),
});

/** Sends a test mail and says on the list whether it left. */
export async function sendTest(form: FormData): Promise<void> {
  const state = await test(IDLE, form);
  redirect(
    state.ok === false
      ? `/admin/first-steps?problem=${encodeURIComponent(state.code)}`
      : `/admin/first-steps?done=mailSent`,
  );
}
