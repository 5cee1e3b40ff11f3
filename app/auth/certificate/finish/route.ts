/** GET /auth/certificate/finish?code=&state= on the portal: the code becomes this browser's identity here. */
import { z } from 'zod';

import { finishHandOver } from '#lib/http/hand-over';
import { route } from '#lib/http/route';

export const GET = route({
  access: 'public',
  query: z.strictObject({ code: z.string().max(100), state: z.string().max(100) }),
  run: (ctx, { query, site, instance, caller }) => finishHandOver(ctx, { ...query, site, instance, caller }),
});
