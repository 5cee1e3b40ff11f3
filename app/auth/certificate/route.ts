/**
 * GET /auth/certificate?state= on the gate's name: verifies the certificate shown and sends the
 * browser back to the portal with a one-time code of 60 s, bound to the browser's state.
 */
import { z } from 'zod';

import { handOver } from '#lib/http/hand-over';
import { route } from '#lib/http/route';

export const GET = route({
  access: 'public',
  audit: 'certificate.hand-over',
  query: z.strictObject({ state: z.string().max(100).optional() }),
  run: (ctx, { query, request, caller }) => handOver(ctx, { state: query.state, request, caller }),
});
