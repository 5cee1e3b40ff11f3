/** POST /api/v1/admin/events/{id}/approve -> {id, state}. */
import { approveEvent } from '#lib/events/approve-event';
import { ApproveEventBody, EventDecision, EventParams } from '#lib/http/event-schemas';
import { route } from '#lib/http/route';

export const POST = route({
  access: 'requests.decide',
  audit: 'event.approve',
  summary: 'Approve a training event',
  params: EventParams,
  body: ApproveEventBody,
  response: EventDecision,
  run: (ctx, { params, body }) => approveEvent(ctx, { id: params.id, version: body.version }),
});
