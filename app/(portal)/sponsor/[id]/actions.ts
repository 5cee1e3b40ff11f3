'use server';

import { redirect } from 'next/navigation';
import { z } from 'zod';

import { action, formAction } from '#lib/http/action';
import { REQUEST_ID } from '#lib/requests/request-id';
import { sponsorRequest } from '#lib/requests/sponsor';

const Form = z.object({
  id: z.string().regex(REQUEST_ID),
  vouch: z.enum(['yes', 'no']),
  note: z.string().max(2000).optional(),
});

const sponsorOne = action({
  // The rule says who of them.
  access: 'signed-in',
  input: Form,
  audit: 'request.sponsor',
  run: (ctx, { id, vouch, note }) => sponsorRequest(ctx, { id, vouch: vouch === 'yes', note }),
});

/** Vouches, or takes it back, and shows the page again with what became of it. */
export const sponsor = formAction(sponsorOne, (state): void => {
  if (state.ok === true) redirect(`/sponsor/${state.value.id}`);
  if (state.ok === false) {
    const id = encodeURIComponent(state.values['id'] ?? '');
    redirect(`/sponsor/${id}?problem=${encodeURIComponent(state.code)}`);
  }
});
