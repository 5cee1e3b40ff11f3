import { notFound, redirect } from 'next/navigation';

import type { Ctx } from '#lib/ctx';
import { isHubgateError } from '#lib/errors';
import { viewEvent, type EventView } from '#lib/events/view-event';

const ID = /^E-[0-9A-HJKMNP-TV-Z]{8}$/u;

/** The event for its organiser; everybody else is led to their own events, and told. */
export async function loadEvent(ctx: Ctx, id: string): Promise<EventView> {
  if (!ID.test(id)) notFound();
  try {
    return await viewEvent(ctx, { id });
  } catch (thrown) {
    if (isHubgateError(thrown) && thrown.code === 'event.not-found')
      redirect(`/events?problem=${thrown.code}`);
    throw thrown;
  }
}
