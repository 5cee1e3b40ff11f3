import { randomUUID } from 'node:crypto';

import { recordAudit } from '../audit/record-audit';
import { actorName, type Ctx } from '../ctx';
import type { Queries } from '../db/client';
import {
  changeEvent,
  eventApprovalsOf,
  replaceEventApproval,
  type EventApprovalRow,
  type EventRow,
} from '../db/events';
import { inTransaction } from '../db/in-transaction';
import { HubgateError } from '../errors';
import { actorId, requirePermission } from '../identity/authorise';
import { isAmong } from '../identity/same-person';
import { approvalEnd } from '../requests/approval-times';
import type { TouchedApproval } from '../requests/approve-request';
import { approvalFault, isApprovableAgain } from './approval-fault';
import { eventContent } from './event-content';
import { mailEventDecided } from './event-mails';
import type { EventState } from './event-state';
import { approvalsSince, commitApproval, handOver, isHandedOver, onItsWay, settled } from './hand-over';
import { eventMoved, eventState, isOwnEvent, loadForDecision, nextEventState } from './load-event';

export type ApproveEventInput = {
  id: string;
  /** The version that the decision was made on. */
  version?: number | undefined;
  touched?: TouchedApproval | undefined;
};

/**
 * Approves an event over its list of names, quota, dates and hubs. When enough people did, the signer
 * takes it with their approvals, and holds every later order against its own copy; the gate opens the
 * hubs whose list names the event, and keeps its names out of every other.
 *
 * @throws {HubgateError} `auth.*`, `event.not-found`, `event.own`, `event.state`, `event.dates`,
 *   `request.already-decided-by-you`, `approval.passkey-required`, `signer.*`: then the approval stands,
 *   and the same person tries again
 */
export async function approveEvent(
  ctx: Ctx,
  input: ApproveEventInput,
): Promise<{ id: string; state: EventState; missing: number }> {
  requirePermission(ctx, 'requests.decide');
  requireTouch(ctx, input);
  const seen = await loadForDecision(ctx, input.id);
  await requireApprovable(ctx, seen);
  const { row, approvals } = await storeApproval(ctx, input, seen.state);
  const missing = ctx.config.approval.count - approvals.length;
  if (missing > 0) return { id: row.id, state: eventState(row), missing };
  await handOver(ctx, { row, approvals });
  await commitApproval(ctx, { row, approvals });
  return { id: row.id, state: 'APPROVED', missing: 0 };
}

/**
 * An event that was approved is approved again only where the signer does not count that any more, and
 * only as the same plan.
 *
 * @throws {HubgateError} `event.state`
 */
export async function requireApprovable(ctx: Ctx, row: EventRow): Promise<void> {
  if (row.state !== 'APPROVED') return;
  if (!isApprovableAgain(row, await approvalFault(ctx, row))) throw eventMoved(row.state, 'approve');
}

/** An approver does not approve: the organiser may plan it anew. @throws as approveEvent, `request.reason-required` */
export async function rejectEvent(
  ctx: Ctx,
  input: { id: string; version?: number | undefined; reason: string },
): Promise<{ id: string; state: EventState }> {
  requirePermission(ctx, 'requests.decide');
  const reason = input.reason.trim().slice(0, 1000);
  if (reason === '') {
    throw new HubgateError('request.reason-required', 'Say why, so that the organiser can mend it.', {
      field: 'reason',
    });
  }
  await settled(ctx, await loadForDecision(ctx, input.id), 'reject');
  await inTransaction(ctx.db, async (tx) => {
    const row = await loadForDecision(ctx, input.id, tx);
    await requireDecidable(ctx, tx, row, { version: input.version, action: 'reject' });
    if (isHandedOver(row)) throw onItsWay('reject');
    const now = ctx.now();
    const change = {
      state: 'REJECTED',
      reason,
      decidedBy: actorName(ctx.actor),
      decidedAt: now,
      updatedAt: now,
    };
    if (!(await changeEvent(tx, row, change))) throw eventMoved(row.state, 'reject');
    await recordAudit(ctx, tx, { action: 'event.reject', target: row.id, data: { reason } });
    await mailEventDecided(ctx, tx, row, { decision: 'rejected', reason });
  });
  return { id: input.id, state: 'REJECTED' };
}

/** @throws {HubgateError} `event.own`, `event.state` */
export async function requireDecidable(
  ctx: Ctx,
  db: Queries,
  row: EventRow,
  { version, action }: { version: number | undefined; action: 'approve' | 'reject' },
): Promise<void> {
  if (await isOwnEvent(ctx, db, row)) {
    throw new HubgateError(
      'event.own',
      'You organise or planned this event: another approver has to decide on it, or an operator with ' +
        `\`hubgate events ${action} ${row.id}\` on the portal's host.`,
    );
  }
  nextEventState(row, action);
  if (version !== undefined && version !== row.version) throw eventMoved('changed', action);
  if (action === 'approve' && row.endsAt <= ctx.now()) {
    throw new HubgateError('event.dates', 'This event is over already.', {
      params: { reason: 'past', limit: 0 },
    });
  }
}

/**
 * Stores this person's approval, unless it stands there already, and answers with those that count. With
 * the last one that is needed the event is marked as handed over (lib/events/hand-over.ts).
 */
async function storeApproval(
  ctx: Ctx,
  input: ApproveEventInput,
  seen: string,
): Promise<{ row: EventRow; approvals: readonly EventApprovalRow[] }> {
  const { touched } = input;
  return inTransaction(ctx.db, async (tx) => {
    const row = await loadForDecision(ctx, input.id, tx);
    await requireDecidable(ctx, tx, row, { version: input.version, action: 'approve' });
    const { content, digest } = await eventContent(ctx, tx, row);
    if (touched && touched.digest !== digest) throw eventMoved('changed', 'approve');
    // Approved meanwhile by somebody else: whether that counts was not asked.
    if (row.state !== seen) throw eventMoved(row.state, 'approve');
    if (row.state === 'APPROVED' && row.digest !== digest) throw eventMoved('changed', 'approve');
    const now = ctx.now();
    const counts = (one: Pick<EventApprovalRow, 'digest' | 'expiresAt' | 'method'>): boolean =>
      one.digest === digest &&
      one.expiresAt > now &&
      (ctx.config.approval.require === 'session' || one.method === 'passkey');
    const standing = approvalsSince(row, await eventApprovalsOf(tx, row)).filter(counts);
    const approverId = actorId(ctx.actor).slice(0, 64);
    const approvers = standing.map((one) => one.approverId);
    const marked = async (approvals: readonly EventApprovalRow[]) => {
      const mark = { digest, updatedAt: now };
      if (!(await changeEvent(tx, row, mark))) throw eventMoved(row.state, 'approve');
      return { row: { ...row, ...mark }, approvals };
    };
    if (await isAmong(tx, ctx.actor, approvers)) {
      if (standing.length >= ctx.config.approval.count) return marked(standing);
      throw new HubgateError(
        'request.already-decided-by-you',
        'You have approved this event already: a second person has to.',
      );
    }
    const approval: EventApprovalRow = {
      id: randomUUID(),
      eventId: row.id,
      version: row.version,
      approverId,
      approver: actorName(ctx.actor).slice(0, 128),
      digest,
      content: JSON.stringify(content),
      method: touched ? 'passkey' : 'session',
      evidence: touched ? JSON.stringify(touched.evidence) : null,
      createdAt: touched?.approvedAt ?? now,
      expiresAt: touched?.expiresAt ?? approvalEnd(now),
    };
    await replaceEventApproval(tx, approval);
    const approvals = [...standing, approval];
    if (approvals.length >= ctx.config.approval.count) return marked(approvals);
    await recordAudit(ctx, tx, {
      action: 'event.approve-first',
      target: row.id,
      data: { digest, approvals: approvals.length, needed: ctx.config.approval.count },
    });
    return { row, approvals };
  });
}

function requireTouch(ctx: Ctx, input: ApproveEventInput): void {
  if (ctx.config.approval.require === 'session' || input.touched !== undefined) return;
  throw new HubgateError(
    'approval.passkey-required',
    'Approvals here need the touch of a passkey. Open the event on the portal, in a browser: ' +
      `${ctx.config.site.url}/admin/events/${input.id}`,
  );
}
