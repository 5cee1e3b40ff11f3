import { HubgateError } from '../errors';
import type { Order } from '../wire/order';
import { RenewalEvidence, verifyRenewalProof } from '../wire/renewal-proof';
import { parseCertificate } from '../x509/certificate';
import { renewalDifference } from '../x509/renewal-difference';
import type { Journal } from './journal';
import type { SignerPolicy } from './policy';

const DAY_MS = 86_400_000;

/**
 * Holds an approval by the old key against this signer's own journal: the certificate that it names
 * was issued here, is in force, about to end, and for the same name and profile; and its key signed
 * exactly this renewal. Nobody's word is needed for that.
 *
 * A certificate renews itself once. Whoever has the old key could otherwise have as many certificates as
 * they like in its last days, and the next would be nobody's decision.
 *
 * @returns true when the order carries such an approval and it is this certificate's first renewal, false
 *   when it carries none or another order was signed by one: then people must approve
 * @throws {HubgateError} `signer.approval` when it carries one that does not hold
 */
export function checkRenewal(
  order: Order,
  known: {
    journal: Pick<Journal, 'findCertificate' | 'eventOfCertificate'>;
    policy: Pick<SignerPolicy, 'renewal'>;
    renewals: Renewals;
    now: Date;
  },
): boolean {
  const claims = order.approvals.filter(({ method }) => method === 'renewal');
  const serials: string[] = [];
  for (const { evidence } of claims) {
    const parsed = RenewalEvidence.safeParse(evidence);
    if (!parsed.success) throw refused('its evidence is not a serial and a signature');
    checkEvidence(order, parsed.data, known);
    serials.push(parsed.data.serial);
  }
  const first = serials.every((serial) => known.renewals.take(serial, order.content.orderId));
  return claims.length > 0 && first;
}

/** Counts one renewal per certificate: those of the journal, and those that are being signed. */
export type Renewals = {
  /** True when no other order has renewed this certificate or is about to. */
  take: (serial: string, orderId: string) => boolean;
  /** This order is signed, or will not be. */
  done: (orderId: string) => void;
};

export function openRenewals(journal: Pick<Journal, 'renewedBy'>): Renewals {
  const underWay = new Map<string, string>();
  return {
    take(serial, orderId) {
      if ((underWay.get(serial) ?? journal.renewedBy(serial) ?? orderId) !== orderId) return false;
      underWay.set(serial, orderId);
      return true;
    },
    done(orderId) {
      for (const [serial, by] of underWay) if (by === orderId) underWay.delete(serial);
    },
  };
}

function checkEvidence(
  { content }: Order,
  evidence: RenewalEvidence,
  { journal, policy, now }: Parameters<typeof checkRenewal>[1],
): void {
  const found = journal.findCertificate(evidence.serial);
  // Imported certificates may have no DER here, and then no key to ask.
  if (found === null || found.der.length === 0) throw refused('this CA has no such certificate on record');
  // It would go on past the end that was approved.
  if (journal.eventOfCertificate(evidence.serial) !== null)
    throw refused('the old certificate ends with its event');
  if (found.revocation !== null) throw refused('the old certificate is revoked or on hold');
  const old = parseCertificate(found.der);
  if (old.notAfter <= now) throw refused('the old certificate has ended');
  if (old.notAfter.getTime() - now.getTime() > policy.renewal.windowDays * DAY_MS) {
    throw refused(`the old certificate has more than ${policy.renewal.windowDays} days left`);
  }
  const difference = renewalDifference(old, content);
  if (difference !== null) throw refused(`it changes more than the key (${difference})`);
  if (!verifyRenewalProof({ spki: old.spki, csrSha256: content.csrSha256, evidence })) {
    throw refused('the old key did not sign it');
  }
}

const refused = (why: string): HubgateError =>
  new HubgateError('signer.approval', `The renewal is not proven: ${why}.`);
