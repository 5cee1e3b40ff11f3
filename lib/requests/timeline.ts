import type { AuditEventRow } from '../db/audit-events';
import type { TimelineEntry } from './views';

/** Past tense of what happened, by audit action: the catalogue words these. */
const WHAT: Readonly<Record<string, string>> = {
  'request.submit': 'submitted',
  'request.approve': 'approved',
  'request.unapprove': 'unapproved',
  'request.reject': 'rejected',
  'request.withdraw': 'withdrawn',
  'request.ask': 'asked',
  'request.edit': 'edited',
  'request.expire': 'expired',
  'request.issue': 'issued',
  'request.fail': 'failed',
  'request.retry': 'retried',
  'request.release': 'released',
  'request.reapprove': 'reapprove',
  'request.mailbox': 'mailbox-proven',
  'request.sponsor': 'sponsored',
  'request.unsponsor': 'unsponsored',
  'certificate.revoke': 'revoked',
  'certificate.release': 'hold-ended',
  'certificate.supersede': 'superseded',
};

const DETAILS = ['reason', 'comment', 'question', 'serial', 'code'] as const;

/**
 * The audit events of a request, as people read them.
 *
 * @param forRequester true leaves out who decided and what approvers told one another
 */
export function timelineOf(
  events: readonly AuditEventRow[],
  options: { forRequester: boolean },
): TimelineEntry[] {
  return events.flatMap((event) => {
    const word = WHAT[event.action];
    if (word === undefined || event.outcome !== 'done') return [];
    const data = JSON.parse(event.data) as Record<string, unknown>;
    const what = word === 'revoked' && data['reason'] === 'certificateHold' ? 'held' : word;
    const detail = DETAILS.filter((name) => !(options.forRequester && name === 'comment'))
      .map((name) => data[name])
      .find((value): value is string => typeof value === 'string' && value !== '');
    return [
      {
        at: event.at.toISOString(),
        what,
        who: options.forRequester ? publicActor(event.actor) : event.actor,
        detail: detail ?? null,
        ...(!options.forRequester && typeof data['proof'] === 'string' ? { proof: data['proof'] } : {}),
      },
    ];
  });
}

function publicActor(actor: string): string {
  if (/^(visitor|requester|holder)/.test(actor)) return 'you';
  return actor.startsWith('system') ? 'system' : 'approver';
}
