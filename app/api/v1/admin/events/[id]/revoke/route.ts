/** POST /api/v1/admin/events/{id}/revoke {expectedCount} -> {count}. 409 when it is another number. */
import { revokeEvent } from '#lib/events/revoke-event';
import { EndedEvent, EndEventBody, EventParams } from '#lib/http/event-schemas';
import { route } from '#lib/http/route';

export const POST = route({
  access: 'events.manage',
  audit: 'event.close',
  summary: 'Close a training event and revoke all that was given out for it',
  params: EventParams,
  body: EndEventBody,
  response: EndedEvent,
  run: (ctx, { params, body }) => revokeEvent(ctx, { id: params.id, ...body }),
});
