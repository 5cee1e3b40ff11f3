/** GET /api/v1/admin/events/{id} -> the event, its digest, and how far each participant is. */
import { viewEventForDecision } from '#lib/events/view-event';
import { EventAnswer, EventParams } from '#lib/http/event-schemas';
import { route } from '#lib/http/route';

export const GET = route({
  access: 'events.read',
  summary: 'One training event with its participants',
  params: EventParams,
  response: EventAnswer,
  run: (ctx, { params }) => viewEventForDecision(ctx, { id: params.id }),
});
