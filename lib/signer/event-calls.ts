import { HubgateError, isHubgateError } from '../errors';
import { approvalDigest } from '../wire/approved-content';
import { EVENT_MAX_AHEAD_DAYS, type ApproveEvent, type CloseEvent, type EventState } from '../wire/event';
import { checkAccountName } from '../x509/subject-policy';
import type { Ca } from './ca-files';
import { clockError } from './ceilings';
import { checkPeople, checkStanding } from './check-approvals';
import type { Journal } from './journal';
import type { EventRow } from './journal-events';
import type { Log } from './log';
import type { Touches } from './touches';

const DAY_MS = 86_400_000;
/** What is known of an id that was closed before it was approved. */
const TOMBSTONE = { digest: '', quota: 0, used: 0, closed: true, fault: 'closed' } as const;

export type EventCalls = {
  approve: (input: ApproveEvent) => EventState;
  close: (input: CloseEvent) => EventState;
  state: (eventId: string) => EventState;
};

/**
 * Events by the sockets. An id is approved for ever with one content: whoever wants another list makes
 * another event, so that no older approval can be played against a newer one. Where its approvals do not
 * count any more, exactly the same content is approved again.
 */
export function openEventCalls(parts: {
  ca: Ca | null;
  touches: Touches | null;
  journal: Pick<
    Journal,
    | 'findEvent'
    | 'isTombstone'
    | 'recordEvent'
    | 'approvalsOfEvent'
    | 'addEventApprovals'
    | 'closeEvent'
    | 'lastAt'
  >;
  now: () => Date;
  log: Log;
}): EventCalls {
  const { ca, touches, journal, now, log } = parts;

  function state(eventId: string): EventState {
    const row = journal.findEvent(eventId);
    if (row === null && journal.isTombstone(eventId)) return { eventId, ...TOMBSTONE };
    if (row === null) throw new HubgateError('event.not-found', `The signer knows no event ${eventId}.`);
    const { digest, content, used, closed } = row;
    return { eventId, digest, quota: content.quota, used, closed, fault: faultOf(eventId, row) };
  }

  /** By the rules and approvers of now, as each order is held against them (lib/signer/check-event.ts). */
  function faultOf(eventId: string, { digest, content, closed }: EventRow): EventState['fault'] {
    if (closed) return 'closed';
    if (ca === null || touches === null || content.caKeyId !== ca.keyId) return 'former-ca';
    try {
      checkStanding(journal.approvalsOfEvent(eventId), digest, ca.policy, (approval, of) =>
        touches.personOf(approval, of),
      );
      return null;
    } catch (thrown) {
      if (isHubgateError(thrown) && thrown.code === 'signer.approval') return 'approvals';
      throw thrown;
    }
  }

  return {
    state,
    approve({ content, approvals }) {
      if (ca === null || touches === null) {
        throw new HubgateError('signer.ca-missing', 'There is no CA yet: hubgate init.');
      }
      const { eventId } = content;
      const digest = approvalDigest(content);
      const at = now();
      if (at.getTime() < journal.lastAt()) throw clockError(at, journal.lastAt());
      const known = journal.findEvent(eventId);
      if (known !== null && known.digest !== digest) {
        throw new HubgateError(
          'signer.order-conflict',
          `${eventId} was approved before with other content. Another list needs another event.`,
        );
      }
      if (known?.closed || journal.isTombstone(eventId)) {
        throw refused(`${eventId} was closed, for ever. Plan another event.`);
      }
      checkPeople(approvals, digest, ca.policy, at, (approval, of) => touches.personOf(approval, of));
      if (known !== null) {
        if (faultOf(eventId, known) === 'approvals') {
          journal.addEventApprovals({ eventId, approvals }, at);
          log.info({ eventId, digest }, 'event approved again');
        }
        return state(eventId);
      }
      if (content.caKeyId !== ca.keyId) {
        throw new HubgateError(
          'signer.former-ca',
          'It was approved for another signing CA than the one that signs now. Approve it again.',
        );
      }
      if (Date.parse(content.endsAt) <= at.getTime()) throw refused('The event is over already.');
      if (Date.parse(content.startsAt) > at.getTime() + EVENT_MAX_AHEAD_DAYS * DAY_MS) {
        throw refused(`An event begins within ${EVENT_MAX_AHEAD_DAYS} days of its approval.`);
      }
      if (Date.parse(content.endsAt) > ca.signing.notAfter.getTime()) {
        throw refused('The event would outlive the signing CA.');
      }
      for (const name of content.commonNames) checkAccountName(name, ca.policy.profile.accountPattern);
      journal.recordEvent({ content, digest, approvals }, at);
      log.info({ eventId, digest, names: content.commonNames.length }, 'event approved');
      return state(eventId);
    },
    // Of an id that never came as well: an approval of it may be on its way, or in the wrong hands.
    close({ eventId, by }) {
      journal.closeEvent(eventId, by, now());
      log.info({ eventId, by }, 'event closed');
      return state(eventId);
    },
  };
}

const refused = (message: string): HubgateError => new HubgateError('signer.refused', message);
