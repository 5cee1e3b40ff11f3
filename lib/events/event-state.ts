/**
 * The life of a training event. DRAFT: an operator named who organises it, and nothing else is known.
 * WAITING: planned, an approver has to decide. APPROVED: participants may be invited; that it has begun
 * or is over follows from its dates. CLOSED: given up, or everything of it revoked; for ever.
 */
export const EVENT_STATES = ['DRAFT', 'WAITING', 'APPROVED', 'REJECTED', 'CLOSED'] as const;
export type EventState = (typeof EVENT_STATES)[number];

/** What state and dates say together. */
export const EVENT_PHASES = ['draft', 'waiting', 'rejected', 'closed', 'coming', 'running', 'over'] as const;

export const EVENT_ACTIONS = ['plan', 'approve', 'reject', 'invite', 'close'] as const;
export type EventAction = (typeof EVENT_ACTIONS)[number];

/** A missing entry is not allowed. `approve` leaves it WAITING while further approvals are needed. */
export const EVENT_TRANSITIONS: Record<EventState, Partial<Record<EventAction, EventState>>> = {
  DRAFT: { plan: 'WAITING', close: 'CLOSED' },
  WAITING: { plan: 'WAITING', approve: 'APPROVED', reject: 'REJECTED', close: 'CLOSED' },
  REJECTED: { plan: 'WAITING', close: 'CLOSED' },
  // Again, for the same plan, where the signer does not count the approval any more.
  APPROVED: { approve: 'APPROVED', invite: 'APPROVED', close: 'CLOSED' },
  // Again, for certificates that a broken revocation left.
  CLOSED: { close: 'CLOSED' },
};

/** The actions that the table allows: pages make their buttons from this. */
export function allowedEventActions(state: EventState): EventAction[] {
  return EVENT_ACTIONS.filter((action) => EVENT_TRANSITIONS[state][action] !== undefined);
}
