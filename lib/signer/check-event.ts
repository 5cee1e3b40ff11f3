import { HubgateError } from '../errors';
import { EventEvidence } from '../wire/event';
import type { Order } from '../wire/order';
import { checkStanding } from './check-approvals';
import type { Journal } from './journal';
import type { SignerPolicy } from './policy';
import type { Touches } from './touches';

/**
 * Holds an approval by an event against this signer's own journal: the event was approved here as
 * exactly this content, its approvals still count by the rules and approvers of now, it is running and
 * not closed, and the order asks for one of its names and for no more than it grants. Whether there is
 * room in its quota is asked when the intent is written, where orders cannot pass each other
 * (lib/signer/event-quota.ts).
 *
 * @returns the event that counts the order; null when the order comes with none
 * @throws {HubgateError} `signer.approval` when it comes with one that does not hold
 */
export function checkEvent(
  { content, approvals }: Order,
  known: {
    journal: Pick<Journal, 'findEvent' | 'approvalsOfEvent'>;
    policy: Pick<SignerPolicy, 'approvalMode' | 'approvalCount'>;
    personOf: Touches['personOf'];
    now: Date;
  },
): string | null {
  const claims = approvals.filter(({ method }) => method === 'event');
  const [claim] = claims;
  if (claim === undefined) return null;
  const { success, data } = EventEvidence.safeParse(claim.evidence);
  if (!success || claims.length > 1) throw refused('its evidence is not one event');
  const event = known.journal.findEvent(data.event);
  if (event === null) throw refused('no such event was approved here');
  if (event.digest !== data.digest) throw refused('the event was approved with other content');
  if (event.closed) throw refused('the event was closed');
  const { caKeyId, profile, commonNames, startsAt, endsAt } = event.content;
  const now = known.now.getTime();
  if (now < Date.parse(startsAt)) throw refused('the event has not begun');
  if (now >= Date.parse(endsAt)) throw refused('the event is over');
  if (content.caKeyId !== caKeyId) throw refused('the event was approved for another signing CA');
  if (content.profile !== profile) throw refused('the event grants another profile');
  if (!commonNames.includes(content.commonName)) throw refused('this name is not on its list');
  const { emails, dnsNames, ipAddresses } = content.san;
  if (emails.length + dnsNames.length + ipAddresses.length > 0) throw refused('its list has names only');
  if (content.endsAt === undefined || Date.parse(content.endsAt) > Date.parse(endsAt)) {
    throw refused('the certificate would not end with the event');
  }
  checkStanding(known.journal.approvalsOfEvent(data.event), event.digest, known.policy, known.personOf);
  return data.event;
}

const refused = (why: string): HubgateError =>
  new HubgateError('signer.approval', `The approval by an event does not count: ${why}.`);
