/**
 * GET /api/v1/hubs/events -> text/event-stream: an event `hubs` with the whole list at once and after
 * every change; its id names the state, as pages do (`listingVersion`). The list is short, and a reader that missed an event is right again with the next.
 */
import { clientCertificate } from '#lib/client-cert/client-certificate';
import { eventStream } from '#lib/http/event-stream';
import { holdStream } from '#lib/http/open-streams';
import { route } from '#lib/http/route';
import { hubUpdates } from '#lib/hubs/hub-updates';
import { hubVisitor } from '#lib/hubs/hub-visitor';
import { listHubs, listingVersion } from '#lib/hubs/list-hubs';

export const GET = route({
  access: 'public',
  summary: 'The registered hubs as a stream of events, one per change',
  run: async (ctx, { request, caller }) => {
    const visitor = hubVisitor(await clientCertificate(request.headers, caller.trust, ctx));
    await listHubs(ctx, { visitor }); // a refusal is an answer of its own, not an event
    const release = holdStream(caller.addressKey);
    return eventStream(async (send, gone) => {
      try {
        for await (const list of hubUpdates(ctx, { visitor, gone })) {
          send('hubs', list, await listingVersion(ctx));
        }
      } finally {
        release();
      }
    });
  },
});
