/** GET /api/v1/admin/hubs/access -> {items}: who may enter which hub. */
import { HubAccessList } from '#lib/http/hub-schemas';
import { route } from '#lib/http/route';
import { listHubAccess } from '#lib/hubs/list-hub-access';

export const GET = route({
  access: 'hubs.read',
  audit: 'hub.list',
  summary: 'Who may enter which hub',
  response: HubAccessList,
  run: (ctx) => listHubAccess(ctx),
});
