/** GET /api/v1/hubs/{name}/history -> the last 90 days of a hub: seconds in each state a day, and its outages. */
import { clientCertificate } from '#lib/client-cert/client-certificate';
import { HubParams } from '#lib/http/api-schemas';
import { route } from '#lib/http/route';
import { hubVisitor } from '#lib/hubs/hub-visitor';
import { HubHistory, viewHubHistory } from '#lib/hubs/view-hub-history';

export const GET = route({
  access: 'public',
  summary: 'How available a hub was on each of the last 90 days, and its outages',
  params: HubParams,
  response: HubHistory,
  run: async (ctx, { params, request, caller }) =>
    viewHubHistory(ctx, {
      name: params.name,
      visitor: hubVisitor(await clientCertificate(request.headers, caller.trust, ctx)),
    }),
});
