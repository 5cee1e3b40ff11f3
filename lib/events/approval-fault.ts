import type { Ctx } from '../ctx';
import type { EventRow } from '../db/events';
import { isHubgateError } from '../errors';
import { EVENT_FAULTS } from '../wire/event';
import { eventContent } from './event-content';
import { isHandedOver, signerEvent } from './hand-over';

/**
 * What is wrong between the portal's row of an event and the signer, which alone decides what is signed:
 * - `approvals`, `former-ca`, `closed`: as the signer says (lib/wire/event.ts).
 * - `missing`: approved here, and the signer has never heard of it, as after a journal was lost.
 * - `other-plan`: the signer keeps another content under this id, as after a database of before came back.
 * - `unfinished`: this plan was handed to the signer, or is there already, and the portal has no answer.
 * - `unknown`: the signer does not answer.
 */
export const APPROVAL_FAULTS = [...EVENT_FAULTS, 'missing', 'other-plan', 'unfinished', 'unknown'] as const;
export type ApprovalFault = (typeof APPROVAL_FAULTS)[number];

/**
 * What mends a fault: `again`, an approval of the same plan by those who count now; `finish`, one that
 * hears the signer's answer; `another`, another event. Of `unknown` nobody can say yet.
 */
export const REMEDIES = {
  approvals: 'again',
  missing: 'again',
  'former-ca': 'another',
  closed: 'another',
  'other-plan': 'another',
  unfinished: 'finish',
  unknown: null,
} as const satisfies Readonly<Record<ApprovalFault, 'again' | 'finish' | 'another' | null>>;

/** Asks the signer about an event that waits or was approved, and is not over. Null: nothing is wrong. */
export async function approvalFault(ctx: Ctx, row: EventRow): Promise<ApprovalFault | null> {
  if ((row.state !== 'WAITING' && row.state !== 'APPROVED') || row.endsAt <= ctx.now()) return null;
  try {
    return row.state === 'WAITING' ? await ofWaiting(ctx, row) : await ofApproved(ctx, row);
  } catch (thrown) {
    if (!isHubgateError(thrown) || thrown.code !== 'signer.down') throw thrown;
    return row.state === 'APPROVED' || isHandedOver(row) ? 'unknown' : null;
  }
}

/** True for an approved event that has to be approved once more, and can be. */
export function isApprovableAgain(row: Pick<EventRow, 'state'>, fault: ApprovalFault | null): boolean {
  return row.state === 'APPROVED' && fault !== null && REMEDIES[fault] === 'again';
}

async function ofWaiting(ctx: Ctx, row: EventRow): Promise<ApprovalFault | null> {
  const kept = await signerEvent(ctx, row.id);
  if (kept === null) return isHandedOver(row) ? 'unfinished' : null;
  if (kept.closed) return 'closed';
  const { digest } = await eventContent(ctx, ctx.db, row);
  return kept.digest === digest || kept.digest === row.digest ? 'unfinished' : 'other-plan';
}

async function ofApproved(ctx: Ctx, row: EventRow): Promise<ApprovalFault | null> {
  const kept = await signerEvent(ctx, row.id);
  if (kept === null) return 'missing';
  if (kept.closed) return 'closed';
  return kept.digest === row.digest ? kept.fault : 'other-plan';
}
