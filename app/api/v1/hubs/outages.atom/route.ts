/** GET /api/v1/hubs/outages.atom -> the newest outages of hubs, for feed readers and chat rooms. */
import { clientCertificate } from '#lib/client-cert/client-certificate';
import { route } from '#lib/http/route';
import { textFile } from '#lib/http/text-file';
import { hubVisitor } from '#lib/hubs/hub-visitor';
import { outageFeed } from '#lib/hubs/outage-feed';

export const GET = route({
  access: 'public',
  summary: 'The newest outages of hubs as an Atom feed',
  run: async (ctx, { request, caller }) => {
    const visitor = hubVisitor(await clientCertificate(request.headers, caller.trust, ctx));
    const text = await outageFeed(ctx, { visitor });
    return textFile(request, { text, type: 'application/atom+xml; charset=utf-8', name: 'outages.atom' });
  },
});
