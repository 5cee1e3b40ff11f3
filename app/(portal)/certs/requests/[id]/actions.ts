'use server';

import { redirect } from 'next/navigation';
import { z } from 'zod';

import { noteFetched } from '#lib/certificates/note-use';
import { revokeRenewed } from '#lib/certificates/revoke-renewed';
import { action } from '#lib/http/action';
import { withdrawRequest } from '#lib/requests/withdraw-request';

/** The holder of a renewal ends the certificate before it; both are named, and the new one is imported. */
export const revokeOld = action({
  access: 'requester',
  input: z.object({
    id: z.string().max(20),
    serial: z.string().regex(/^[0-9a-f]{2,40}$/),
    imported: z.literal('yes'),
  }),
  audit: 'certificate.revoke',
  run: async (ctx, { id, serial }): Promise<never> => {
    await revokeRenewed(ctx, { id, serial });
    redirect(`/certs/requests/${id}`);
  },
});

/** This page has made the file to import: the steps go on. */
export const fetched = action({
  access: 'requester',
  input: z.object({ id: z.string().max(20) }),
  run: async (ctx, { id }): Promise<null> => {
    await noteFetched(ctx, { id });
    return null;
  },
});

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
