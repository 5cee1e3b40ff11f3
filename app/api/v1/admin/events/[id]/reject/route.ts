/** POST /api/v1/admin/events/{id}/reject {reason} -> {id, state}. */
import { rejectEvent } from '#lib/events/approve-event';
import { EventDecision, EventParams, RejectEventBody } from '#lib/http/event-schemas';
import { route } from '#lib/http/route';

export const POST = route({
  access: 'requests.decide',
  audit: 'event.reject',
  summary: 'Reject a training event',
  params: EventParams,
  body: RejectEventBody,
  response: EventDecision,
  run: (ctx, { params, body }) => rejectEvent(ctx, { id: params.id, ...body }),
});
