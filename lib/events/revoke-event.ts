import { recordAudit } from '../audit/record-audit';
import { revokeSelection, type RevokeEvent } from '../certificates/revoke-selection';
import { selectCertificates } from '../certificates/select-certificates';
import { actorName, type Ctx } from '../ctx';
import { changeEvent, requestStatesOf, type EventRow } from '../db/events';
import { inTransaction } from '../db/in-transaction';
import { HubgateError } from '../errors';
import { publishHubMaps } from '../hubs/publish-maps';
import { loadRequest, transition } from '../requests/transition';
import { eventMoved, loadOrganised, nextEventState } from './load-event';

const REASON = 'cessationOfOperation';
/** What is not signed yet is given up. */
const OPEN = new Set(['SUBMITTED', 'APPROVED', 'FAILED']);

/** How many certificates of the event can be revoked now. */
export async function countRevocable(ctx: Pick<Ctx, 'db' | 'now'>, id: string): Promise<number> {
  return (await selectCertificates(ctx, { select: { by: 'event', event: id }, reason: REASON })).rows.length;
}

/**
 * Ends an event before its time: its invitations, what is not signed yet, and every certificate that
 * was given out for it. The signer closes it first, so that nothing more comes after the count.
 *
 * @param input.expectedCount how many certificates that ends: whoever does it says how many
 * @returns how many were revoked
 * @throws {HubgateError} `auth.required`, `event.not-found`, `event.state`, `certificate.count` (nothing
 *   was done), `signer.down`, `signer.ceiling`
 */
export async function revokeEvent(
  ctx: Ctx,
  input: { id: string; expectedCount: number },
): Promise<{ count: number }> {
  const row = await loadOrganised(ctx, input.id);
  nextEventState(row, 'close');
  const count = await countRevocable(ctx, row.id);
  if (count !== input.expectedCount) {
    throw new HubgateError(
      'certificate.count',
      `The event has ${count} certificates that can be revoked, not ${input.expectedCount}. Nothing was ` +
        'revoked: look at it again.',
      { field: 'expectedCount', params: { count, expected: input.expectedCount } },
    );
  }
  if (row.state !== 'CLOSED') {
    await close(ctx, row);
    await publishHubMaps(ctx); // before the many revocations, which take their time
  }
  const select = { by: 'event', event: row.id } as const;
  let revoked = 0;
  if (count > 0) {
    const expectedCount = await countRevocable(ctx, row.id);
    for await (const event of revokeSelection(ctx, { select, reason: REASON, expectedCount })) {
      revoked = doneOf(event) ?? revoked;
    }
  }
  return { count: revoked };
}

const doneOf = (event: RevokeEvent): number | null => (event.event === 'done' ? event.count : null);

async function close(ctx: Ctx, row: EventRow): Promise<void> {
  // Nothing of a draft was ever shown to an approver. Everything else may have been approved, also by
  // half or by somebody who keeps the approval back: the signer closes the id, known to it or not.
  if (row.state !== 'DRAFT') {
    await ctx.signer.closeEvent({ eventId: row.id, by: actorName(ctx.actor).slice(0, 128) });
  }
  await inTransaction(ctx.db, async (tx) => {
    const change = { state: 'CLOSED', updatedAt: ctx.now() };
    if (!(await changeEvent(tx, row, change))) throw eventMoved(row.state, 'close');
    await recordAudit(ctx, tx, { action: 'event.close', target: row.id, data: { from: row.state } });
    for (const { id, state } of await requestStatesOf(tx, row.id)) {
      if (!OPEN.has(state)) continue;
      const request = await loadRequest(tx, id);
      await transition(ctx, tx, { row: request, action: 'withdraw', data: { event: row.id } });
    }
  });
}
