import { hash } from 'node:crypto';

import type { Order } from '../wire/order';
import { buildCertificateTbs } from '../x509/certificate-tbs';
import { spkiSha256 } from '../x509/key-id';
import { lintTbs, type LintedTbs } from '../x509/lint';
import type { Ca } from './ca-files';
import { checkApprovals } from './check-approvals';
import type { Intent } from './journal-orders';
import { planOrder } from './plan-order';
import type { Touches } from './touches';

/** An order that may be signed: everything but the durable intent and the signature is done. */
export type Prepared = {
  orderId: string;
  serial: string;
  spkiSha256: string;
  linted: LintedTbs;
  notAfter: Date;
  intent: Intent;
};

/**
 * Everything before the signature: approvals, policy, plan, TBS, lint.
 *
 * @param known.renewalProven what checkRenewal() found in the journal
 * @param known.event the event that it is signed for, as checkEvent() found it
 * @param known.personOf whose touch an approval is; the first time that it is seen, that is recorded
 * @throws {HubgateError} what the order is refused for
 * @throws {LintFailure} when the TBS is not what it must be; that is our fault, and it is not signed
 */
export function prepareOrder(
  order: Order,
  ca: Ca,
  known: {
    serial: string;
    now: Date;
    renewalProven: boolean;
    event: string | null;
    personOf: Touches['personOf'];
  },
): Prepared {
  const { serial, now } = known;
  const contentSha256 = checkApprovals(order, ca.policy, now, known);
  const plan = planOrder(order, ca, serial, now);
  const tbs = buildCertificateTbs(plan);
  const linted = lintTbs(tbs, plan);
  return {
    orderId: order.content.orderId,
    serial,
    spkiSha256: spkiSha256(plan.spki),
    linted,
    notAfter: plan.validity.notAfter,
    intent: {
      serial,
      tbsSha256: hash('sha256', tbs, 'hex'),
      order: { content: order.content, contentSha256, approvals: order.approvals },
      event: known.event,
    },
  };
}
