/** GET /healthz: the web process answers. Nothing else is looked at. */
import { EVERYWHERE } from '#lib/http/everywhere';
import { route } from '#lib/http/route';

export const GET = route({
  access: 'public',
  sites: EVERYWHERE,
  limit: { name: 'health', burst: 6000, perMinute: 6000 },
  run: () => ({ ok: true }),
});
