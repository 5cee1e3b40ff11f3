import type { Ctx } from '../ctx';
import { eventApprovalsOf, progressOf, type EventRow, type Progress } from '../db/events';
import { hubsWithEvent } from '../db/hub-access';
import { approvalFault, isApprovableAgain, type ApprovalFault } from './approval-fault';
import type { EventAction } from './event-state';
import { allowedEventActions } from './event-state';
import { eventContent } from './event-content';
import { eventItem, type EventItem } from './list-events';
import { eventState, isOwnEvent, loadForDecision, loadOrganised } from './load-event';
import { approvalsSince } from './hand-over';
import { countRevocable } from './revoke-event';

/** The steps of a participant, in their order; each is the furthest that is known. */
export const STEPS = [
  'none',
  'invited',
  'opened',
  'trusted',
  'requested',
  'issued',
  'fetched',
  'checked',
] as const;
export type Step = (typeof STEPS)[number];

export type ParticipantView = {
  id: string;
  number: number;
  commonName: string;
  name: string | null;
  email: string | null;
  step: Step;
  /** A link was mailed. */
  mailed: boolean;
  /** When that step was made, where it is known. */
  at: string | null;
  /** The request went wrong: withdrawn, or failed at the signer. */
  stuck: string | null;
  requestId: string | null;
};

export type EventView = EventItem & {
  participants: ParticipantView[];
  /** How many stand at each step. */
  counts: Record<Step, number>;
  actions: EventAction[];
  /** Certificates that can be revoked now. */
  revocable: number;
  /** Why the signer would sign nothing for it, or why the portal cannot tell. */
  fault: ApprovalFault | null;
  /** The hubs of the plan, and others that let the event in all the same. */
  lists: EventHub[];
};

/** Only a hub whose list names the event lets its participants in. */
export type EventHub = { hub: string; planned: boolean; named: boolean };

/** @throws {HubgateError} `auth.required`, `event.not-found` */
export async function viewEvent(ctx: Ctx, input: { id: string }): Promise<EventView> {
  return viewOf(ctx, await loadOrganised(ctx, input.id));
}

export type EventDecisionView = EventView & {
  /** The digest that an approver's passkey signs; null once there is no CA to sign with. */
  digest: string | null;
  own: boolean;
  approvals: { approver: string; at: string }[];
  approvalsNeeded: number;
};

/** The same for who decides on it. @throws {HubgateError} `auth.*`, `event.not-found` */
export async function viewEventForDecision(ctx: Ctx, input: { id: string }): Promise<EventDecisionView> {
  const row = await loadForDecision(ctx, input.id);
  const view = await viewOf(ctx, row);
  const approvals = isApprovableAgain(row, view.fault)
    ? approvalsSince(row, await eventApprovalsOf(ctx.db, row))
    : await eventApprovalsOf(ctx.db, row);
  return {
    ...view,
    digest: row.state === 'WAITING' ? (await eventContent(ctx, ctx.db, row)).digest : row.digest,
    own: await isOwnEvent(ctx, ctx.db, row),
    approvals: approvals.map(({ approver, createdAt }) => ({ approver, at: createdAt.toISOString() })),
    approvalsNeeded: ctx.config.approval.count,
  };
}

async function viewOf(ctx: Ctx, row: EventRow): Promise<EventView> {
  const participants = (await progressOf(ctx.db, row.id)).map(participantView);
  const counts = Object.fromEntries(
    STEPS.map((step) => [step, participants.filter((one) => one.step === step).length]),
  ) as Record<Step, number>;
  const item = eventItem(ctx, row, participants.length);
  const fault = await approvalFault(ctx, row);
  const actions = allowedEventActions(eventState(row)).filter(
    (action) => action !== 'approve' || row.state !== 'APPROVED' || isApprovableAgain(row, fault),
  );
  return {
    ...item,
    participants,
    counts,
    actions,
    revocable: await countRevocable(ctx, row.id),
    fault,
    lists: eventHubs(item.hubs, await hubsWithEvent(ctx.db, row.id)),
  };
}

function eventHubs(planned: readonly string[], naming: readonly string[]): EventHub[] {
  return [
    ...planned.map((hub) => ({ hub, planned: true, named: naming.includes(hub) })),
    ...naming.filter((hub) => !planned.includes(hub)).map((hub) => ({ hub, planned: false, named: true })),
  ];
}

/** States in which a request leads nowhere by itself. */
const STUCK = new Set(['FAILED', 'WITHDRAWN', 'REJECTED', 'EXPIRED', 'SUBMITTED']);

export function participantView(one: Progress): ParticipantView {
  const { id, number, commonName, name, email, requestId, state } = one;
  const { step, at } = stepOf(one);
  return {
    id,
    number,
    commonName,
    name,
    email,
    step,
    mailed: one.mailedAt !== null,
    at: at?.toISOString() ?? null,
    stuck: one.usedAt !== null && state !== null && STUCK.has(state) ? state : null,
    requestId,
  };
}

/** A link that took the place of a used one begins anew. */
function stepOf(one: Progress): { step: Step; at: Date | null } {
  if (one.usedAt !== null && one.requestId !== null) {
    if (one.seenAt) return { step: 'checked', at: one.seenAt };
    if (one.fetchedAt) return { step: 'fetched', at: one.fetchedAt };
    if (one.state === 'ISSUED') return { step: 'issued', at: one.usedAt };
    return { step: 'requested', at: one.usedAt };
  }
  const since = (at: Date | null): Date | null => (at && one.linkMadeAt && at >= one.linkMadeAt ? at : null);
  const [trusted, opened] = [since(one.trustedAt), since(one.openedAt)];
  if (trusted) return { step: 'trusted', at: trusted };
  if (opened) return { step: 'opened', at: opened };
  if (one.linkMadeAt) return { step: 'invited', at: one.linkMadeAt };
  return { step: 'none', at: null };
}
