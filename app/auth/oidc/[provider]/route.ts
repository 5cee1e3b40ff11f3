/**
 * GET /auth/oidc/{provider}?next=&confirm=: leads to a provider of identities, which leads back to
 * /api/auth/callback/{provider}. `confirm=yes` asks it for the stronger way that approvals need.
 */
import { z } from 'zod';

import { providerOf, startOidc } from '#lib/http/oidc';
import { route } from '#lib/http/route';

export const GET = route({
  access: 'public',
  sites: ['portal'],
  params: z.object({ provider: z.string().max(32) }),
  query: z.strictObject({ next: z.string().max(500).default('/'), confirm: z.literal('yes').optional() }),
  limit: { name: 'oidc', burst: 60, perMinute: 30 },
  run: (_ctx, { params, query, instance, caller }) =>
    startOidc(instance, caller, {
      provider: providerOf(instance, params.provider),
      next: query.next,
      confirm: query.confirm === 'yes',
    }),
});
