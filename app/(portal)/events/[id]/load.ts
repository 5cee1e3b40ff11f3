import { notFound, redirect } from 'next/navigation';

import type { Ctx } from '#lib/ctx';
import { isHubgateError } from '#lib/errors';
import { EventId } from '#lib/events/event-id';
import { viewEvent, type EventView } from '#lib/events/view-event';

/** The event for its organiser; everybody else is led to their own events, and told. */
export async function loadEvent(ctx: Ctx, id: string): Promise<EventView> {
  if (!EventId.safeParse(id).success) notFound();
  try {
    return await viewEvent(ctx, { id });
  } catch (thrown) {
    if (isHubgateError(thrown) && thrown.code === 'event.not-found')
      redirect(`/events?problem=${thrown.code}`);
    throw thrown;
  }
}
