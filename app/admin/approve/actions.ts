'use server';

import { redirect } from 'next/navigation';
import { z } from 'zod';

import { HubgateError } from '#lib/errors';
import { action } from '#lib/http/action';
import { TouchField } from '#lib/http/touch-field';
import { BULK_MAX } from '#lib/requests/approve-requests';
import { approveTouched } from '#lib/requests/approve-touched';
import { beginTouch } from '#lib/requests/begin-touch';

import { Seen } from '../seen-request';

/** The ticked requests, in one field: hundreds of fields take the form longer to arrive. */
const SeenAll = z
  .string()
  .max(BULK_MAX * 24)
  .transform((text) => text.split(' '))
  .pipe(z.array(Seen).min(1).max(BULK_MAX));

/** Makes ready what one touch approves: the ticked requests. */
export const beginMany = action({
  access: 'requests.decide',
  input: z.object({ ids: SeenAll }),
  run: (ctx, { ids }) => beginTouch(ctx, { requests: ids, single: false }),
});

/** The same for one request on its own page, with what was chosen there. */
export const beginOne = action({
  access: 'requests.decide',
  input: z.object({
    id: z.string().max(20),
    version: z.coerce.number().int(),
    decision: z.enum(['approve', 'takeover']),
    vouchEmail: z.literal('yes').optional(),
  }),
  run: (ctx, { id, version, decision, vouchEmail }) =>
    beginTouch(ctx, {
      requests: [{ id, version, vouchEmail: vouchEmail === 'yes', confirmTakeover: decision === 'takeover' }],
      single: true,
    }),
});

/** Approves what was touched for and returns to the queue with an undo. */
export const approveSelection = action({
  access: 'requests.decide',
  audit: 'request.approve',
  input: z.object({ touch: TouchField.optional() }),
  run: async (ctx, { touch }): Promise<void> => {
    if (touch === undefined) {
      throw new HubgateError(
        'approval.passkey-required',
        'The browser was not asked for a touch. Approve once more.',
      );
    }
    const { results } = await approveTouched(ctx, { answer: touch });
    const done = results.filter((result) => result.code === undefined && result.state === 'APPROVED');
    const first = results.filter((result) => result.code === undefined && result.state === 'SUBMITTED');
    const skipped = results.length - done.length - first.length;
    const query = new URLSearchParams({
      done: done.length + first.length === 0 ? 'none' : done.length === 0 ? 'first' : 'approved',
      n: String(done.length),
    });
    // More than an address may carry are undone singly, or from the list of approved ones.
    if (done.length > 0 && done.length <= 200) query.set('ids', done.map(({ id }) => id).join(','));
    if (skipped > 0) query.set('skipped', String(skipped));
    redirect(`/admin?${query}`);
  },
});
