'use server';

import { z } from 'zod';

import { action } from '#lib/http/action';
import { confirmMailbox } from '#lib/requests/confirm-mailbox';

/** The secret may be the link's end as people copy it, with or without `#s=`. */
const Secret = z.object({
  secret: z
    .string()
    .trim()
    .max(500)
    .transform((text) => text.replace(/^.*#s=/u, '')),
});

/** Whoever has the link of the mail reads that mailbox. */
export const proveMailbox = action({
  access: 'public',
  input: Secret,
  audit: 'request.mailbox',
  run: (ctx, { secret }) => confirmMailbox(ctx, { secret }),
});
