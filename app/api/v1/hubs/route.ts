/**
 * GET /api/v1/hubs -> {hubs: [{name, url, description, state, since, version?, routed, mayEnter?}]}.
 * `mayEnter` is there when a client certificate was shown, that is, on the gate's name.
 */
import { clientCertificate } from '#lib/client-cert/client-certificate';
import { route } from '#lib/http/route';
import { hubVisitor } from '#lib/hubs/hub-visitor';
import { HubList, listHubs } from '#lib/hubs/list-hubs';

export const GET = route({
  access: 'public',
  summary: 'The registered hubs and their state',
  response: HubList,
  run: async (ctx, { request, caller }) =>
    listHubs(ctx, { visitor: hubVisitor(await clientCertificate(request.headers, caller.trust, ctx)) }),
});
