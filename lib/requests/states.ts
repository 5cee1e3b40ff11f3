/** The life of a request. One table; every change of state goes through `transition`. */
export const REQUEST_STATES = [
  'SUBMITTED',
  'APPROVED',
  'SIGNING',
  'ISSUED',
  'REJECTED',
  'WITHDRAWN',
  'EXPIRED',
  'FAILED',
] as const;
export type RequestState = (typeof REQUEST_STATES)[number];

/** What can be done to a request. */
export const REQUEST_ACTIONS = [
  'approve',
  'unapprove',
  'reject',
  'withdraw',
  'ask',
  'edit',
  'expire',
  'start-signing',
  'issue',
  'fail',
  'retry',
  'release',
  'reapprove',
] as const;
export type RequestAction = (typeof REQUEST_ACTIONS)[number];

/**
 * From a state, by an action, to a state; a missing entry is not allowed. `approve` may leave a
 * request SUBMITTED while further approvals are needed; `release` takes back a batch that a dead
 * process left in SIGNING and that the signer's journal does not know; `reapprove` gives back what was
 * approved for a signing CA that signs no more.
 */
export const REQUEST_TRANSITIONS: Record<RequestState, Partial<Record<RequestAction, RequestState>>> = {
  SUBMITTED: {
    approve: 'APPROVED',
    reject: 'REJECTED',
    withdraw: 'WITHDRAWN',
    ask: 'SUBMITTED',
    edit: 'SUBMITTED',
    expire: 'EXPIRED',
  },
  APPROVED: {
    unapprove: 'SUBMITTED',
    edit: 'SUBMITTED',
    reject: 'REJECTED',
    withdraw: 'WITHDRAWN',
    'start-signing': 'SIGNING',
  },
  SIGNING: { issue: 'ISSUED', fail: 'FAILED', release: 'APPROVED', reapprove: 'SUBMITTED' },
  ISSUED: {},
  REJECTED: {},
  WITHDRAWN: {},
  EXPIRED: {},
  FAILED: { retry: 'APPROVED', reject: 'REJECTED', withdraw: 'WITHDRAWN' },
};

/** Requests that still hold their key and count against quotas. */
export const OPEN_STATES = ['SUBMITTED', 'APPROVED', 'SIGNING'] as const satisfies readonly RequestState[];

/** The actions that the table allows from a state: pages make their buttons from this. */
export function allowedActions(state: RequestState): RequestAction[] {
  return REQUEST_ACTIONS.filter((action) => REQUEST_TRANSITIONS[state][action] !== undefined);
}
