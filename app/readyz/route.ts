/** GET /readyz: 200 when database, signer and hubs folder are usable; a locked signer is ready, and said. */
import { EVERYWHERE } from '#lib/http/everywhere';
import { readiness } from '#lib/http/readiness';
import { route } from '#lib/http/route';

export const GET = route({
  access: 'public',
  sites: EVERYWHERE,
  limit: { name: 'health', burst: 6000, perMinute: 6000 },
  run: async (ctx) => {
    const state = await readiness(ctx);
    return Response.json(state, {
      status: state.ready ? 200 : 503,
      headers: { 'cache-control': 'no-store' },
    });
  },
});
