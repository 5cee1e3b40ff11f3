import { z } from 'zod';

import type { Ctx } from '../ctx';
import { requirePermission, requirePerson } from '../identity/authorise';
import type { TouchAnswer, TouchQuestion } from '../identity/touch-answer';
import { takeTouch } from '../requests/take-touch';
import { acceptedPasskeys, openTouch, TouchBasis } from '../requests/touch-question';
import { approveEvent, requireApprovable, requireDecidable } from './approve-event';
import { eventContent } from './event-content';
import type { EventState } from './event-state';
import { loadForDecision } from './load-event';

/** What was touched for, kept until the touch comes back. */
const BegunEventTouch = z.strictObject({
  ...TouchBasis,
  event: z.string(),
  version: z.int(),
  leaves: z.array(z.strictObject({ digest: z.string() })).length(1),
});

/**
 * Makes ready what a touch approves: the event exactly as it stands. Nothing is approved yet.
 *
 * @throws {HubgateError} `auth.*`, `event.*`, `passkey.not-found`, `passkey.not-accepted`, `signer.down`,
 *   `signer.ca-missing`
 */
export async function beginEventTouch(
  ctx: Ctx,
  input: { id: string; version: number },
): Promise<TouchQuestion> {
  requirePermission(ctx, 'requests.decide');
  const { userId } = requirePerson(ctx);
  const row = await loadForDecision(ctx, input.id);
  await requireApprovable(ctx, row);
  await requireDecidable(ctx, ctx.db, row, { version: input.version, action: 'approve' });
  const allow = await acceptedPasskeys(ctx, userId);
  const { digest } = await eventContent(ctx, ctx.db, row);
  const more = { event: row.id, version: row.version };
  return openTouch(ctx, { userId, allow, leaves: [{ digest }], more });
}

/**
 * Approves the event that a touch was given for.
 *
 * @throws {HubgateError} as takeTouch() and approveEvent()
 */
export async function approveEventTouched(
  ctx: Ctx,
  input: { answer: TouchAnswer },
): Promise<{ id: string; state: EventState; missing: number }> {
  requirePermission(ctx, 'requests.decide');
  const { userId } = requirePerson(ctx);
  const { begun, touchedAt } = await takeTouch(ctx, {
    userId,
    answer: input.answer,
    shape: BegunEventTouch,
  });
  return approveEvent(ctx, { id: begun.event, version: begun.version, touched: touchedAt(0) });
}
