/** GET /api/v1/admin/events -> every event; POST plans one, and an approver has to decide. */
import { listEvents } from '#lib/events/list-events';
import { planEvent } from '#lib/events/plan-event';
import { EventList, PlanEventBody, Planned } from '#lib/http/event-schemas';
import { route } from '#lib/http/route';

export const GET = route({
  access: 'events.read',
  summary: 'List training events',
  response: EventList,
  run: (ctx) => listEvents(ctx),
});

export const POST = route({
  access: 'events.manage',
  audit: 'event.plan',
  summary: 'Plan a training event',
  body: PlanEventBody,
  maxBytes: 256 * 1024,
  response: Planned,
  status: 201,
  run: (ctx, { body }) => {
    const { list, seats, startsAt, endsAt, ...plan } = body;
    return planEvent(ctx, {
      ...plan,
      startsAt: new Date(startsAt),
      endsAt: new Date(endsAt),
      people: list === undefined ? { seats: seats ?? 0 } : { csv: new TextEncoder().encode(list) },
    });
  },
});
