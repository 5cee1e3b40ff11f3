/** GET /api/v1/hubs/{name}/badge.svg -> a small picture of the hub's state, to stand on other pages. */
import { clientCertificate } from '#lib/client-cert/client-certificate';
import { HubParams } from '#lib/http/api-schemas';
import { route } from '#lib/http/route';
import { textFile } from '#lib/http/text-file';
import { hubBadge } from '#lib/hubs/hub-badge';
import { hubVisitor } from '#lib/hubs/hub-visitor';

export const GET = route({
  access: 'public',
  summary: "A badge (SVG) with a hub's state",
  params: HubParams,
  run: async (ctx, { params, request, caller }) => {
    const visitor = hubVisitor(await clientCertificate(request.headers, caller.trust, ctx));
    const text = await hubBadge(ctx, { name: params.name, visitor });
    return textFile(request, { text, type: 'image/svg+xml; charset=utf-8', name: 'badge.svg' });
  },
});
