/** POST /api/v1/admin/events/{id}/invite {by} -> how many were mailed, and the links of the others. */
import { invite } from '#lib/events/invite';
import { EventParams, InviteBody, Invited } from '#lib/http/event-schemas';
import { route } from '#lib/http/route';

export const POST = route({
  access: 'events.manage',
  audit: 'event.invite',
  summary: 'Make personal invitations',
  params: EventParams,
  body: InviteBody,
  response: Invited,
  run: (ctx, { params, body: { by, participant } }) =>
    invite(ctx, {
      id: params.id,
      by,
      who: participant === undefined ? 'waiting' : { participantId: participant },
    }),
});
