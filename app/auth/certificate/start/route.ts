/** GET /auth/certificate/start?next= on the portal: remembers a state in this browser and leads to the gate. */
import { z } from 'zod';

import { startHandOver } from '#lib/http/hand-over';
import { route } from '#lib/http/route';

export const GET = route({
  access: 'public',
  query: z.strictObject({ next: z.string().max(500).optional() }),
  run: (ctx, { query, site }) => startHandOver(ctx, site, query.next),
});
