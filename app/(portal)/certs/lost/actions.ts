'use server';

import { redirect } from 'next/navigation';
import { z } from 'zod';

import { openLostLink } from '#lib/certificates/open-lost-link';
import { sendLostLink } from '#lib/certificates/send-lost-link';
import { action } from '#lib/http/action';
import { rememberMailbox } from '#lib/http/page';

/** A whole class may sit behind one address; nobody needs more links than this. */
const LINKS = { name: 'lost-link', burst: 5, perMinute: 0.2 };

/** Sends a link to the mailbox, if there is anything to revoke for it; the answer is the same if not. */
export const askForLink = action({
  access: 'public',
  input: z.object({ email: z.string().trim().min(1).max(400) }),
  audit: 'certificate.lost-link',
  limit: LINKS,
  run: async (ctx, { email }): Promise<{ email: string }> => {
    await sendLostLink(ctx, { email });
    return { email };
  },
});

/** The secret may be the link's end as people copy it, with or without `#s=`. */
const Secret = z.object({
  secret: z
    .string()
    .trim()
    .max(500)
    .transform((text) => text.replace(/^.*#s=/u, '')),
});

/** Whoever has the link of the mail reads that mailbox: this browser may act for it for some minutes. */
export const openLink = action({
  access: 'public',
  input: Secret,
  audit: 'certificate.lost-open',
  run: async (ctx, { secret }): Promise<never> => {
    const { email } = await openLostLink(ctx, { secret });
    await rememberMailbox(email);
    redirect('/certs/revoke');
  },
});
