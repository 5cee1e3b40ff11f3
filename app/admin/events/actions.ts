'use server';

import { redirect } from 'next/navigation';
import { z } from 'zod';

import { approveEvent, rejectEvent } from '#lib/events/approve-event';
import { EventId } from '#lib/events/event-id';
import { approveEventTouched, beginEventTouch } from '#lib/events/event-touch';
import { action, formAction } from '#lib/http/action';
import { TouchField } from '#lib/http/touch-field';
import { changeHubList } from '#lib/hubs/change-hub-list';

const Seen = {
  id: EventId,
  version: z.coerce.number().int(),
};

/** Makes ready what a touch approves: the event as the page showed it. */
export const beginEvent = action({
  access: 'requests.decide',
  input: z.object(Seen),
  run: (ctx, { id, version }) => beginEventTouch(ctx, { id, version }),
});

/** Approves an event, with a touch where one is needed, or does not. */
export const decideEvent = action({
  access: 'requests.decide',
  audit: 'event.approve',
  input: z.object({
    ...Seen,
    decision: z.enum(['approve', 'reject']),
    reason: z.string().max(2000).default(''),
    touch: TouchField.optional(),
  }),
  run: async (ctx, { id, version, decision, reason, touch }): Promise<void> => {
    if (decision === 'reject') {
      await rejectEvent(ctx, { id, version, reason });
      redirect(`/admin/events/${id}?done=rejected`);
    }
    const { missing } =
      touch === undefined
        ? await approveEvent(ctx, { id, version })
        : await approveEventTouched(ctx, { answer: touch });
    redirect(`/admin/events/${id}?done=${missing === 0 ? 'approved' : 'first'}`);
  },
});

const nameOnList = action({
  access: 'hubs.manage',
  audit: 'hub.allow',
  input: z.object({ id: EventId, hub: z.string().max(100) }),
  run: async (ctx, { id, hub }): Promise<void> => {
    await changeHubList(ctx, { name: hub, add: { events: [id] } });
    redirect(`/admin/events/${id}?done=letIn`);
  },
});

/** Names the event on the list of one hub. */
export const letIn = formAction(nameOnList, (state) => {
  redirect(`/admin/hubs?problem=${encodeURIComponent(state.ok === false ? state.code : '')}`);
});
