'use server';

import { redirect } from 'next/navigation';
import { z } from 'zod';

import { action } from '#lib/http/action';
import { withdrawRequest } from '#lib/requests/withdraw-request';

/** The requester takes the request back; the page then shows it. */
export const withdraw = action({
  access: 'requester',
  input: z.object({ id: z.string().max(20) }),
  audit: 'request.withdraw',
  run: async (ctx, { id }): Promise<never> => {
    await withdrawRequest(ctx, { id });
    redirect(`/certs/requests/${id}`);
  },
});
