/**
 * GET /auth/certificate/sign-in?next=: the certificate that the gate handed over a moment ago becomes a
 * session of the account whose name it carries.
 */
import { z } from 'zod';

import { signInByCertificate } from '#lib/http/certificate-sign-in';
import { route } from '#lib/http/route';

export const GET = route({
  access: 'public',
  sites: ['portal'],
  query: z.strictObject({ next: z.string().max(500).optional() }),
  limit: { name: 'certificate-sign-in', burst: 60, perMinute: 30 },
  run: (ctx, { query, instance, caller }) => signInByCertificate(ctx, { instance, caller, next: query.next }),
});
