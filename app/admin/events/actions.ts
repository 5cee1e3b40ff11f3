'use server';

import { redirect } from 'next/navigation';
import { z } from 'zod';

import { approveEvent, rejectEvent } from '#lib/events/approve-event';
import { approveEventTouched, beginEventTouch } from '#lib/events/event-touch';
import { action } from '#lib/http/action';
import { TouchField } from '#lib/http/touch-field';

const Seen = {
  id: z.string().regex(/^E-[0-9A-HJKMNP-TV-Z]{8}$/),
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
    const { state } =
      touch === undefined
        ? await approveEvent(ctx, { id, version })
        : await approveEventTouched(ctx, { answer: touch });
    redirect(`/admin/events/${id}?done=${state === 'APPROVED' ? 'approved' : 'first'}`);
  },
});
