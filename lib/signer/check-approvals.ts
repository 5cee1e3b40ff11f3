import { HubgateError } from '../errors';
import type { Order } from '../wire/order';
import { approvalDigest } from '../wire/approved-content';
import type { SignerPolicy } from './policy';

/** Clocks of portal and signer may differ by so much. */
const CLOCK_SKEW_MS = 60_000;

/**
 * Holds the approvals of an order against what it asks for. The digest is computed here, over the
 * content that will be signed; the portal's own digest is not believed.
 *
 * @param renewalProven what checkRenewal() said: the old key asked for this, and where this signer's
 *   rules allow that, it is enough in every mode
 * @returns that digest: equal digests mean equal content
 * @throws {HubgateError} `signer.approval` when too few different people approved exactly this, in a
 *   way that this signer accepts, and not too long ago
 */
export function checkApprovals(
  order: Order,
  policy: Pick<SignerPolicy, 'approvalMode' | 'approvalCount' | 'renewal'>,
  now: Date,
  renewalProven: boolean,
): string {
  const digest = approvalDigest(order.content);
  // Not "not counted" but refused: something is wrong where this came from.
  if (order.approvals.some((approval) => approval.digest !== digest)) {
    throw refused('An approval was given for something else than what is to be signed.');
  }
  const live = order.approvals
    .filter(({ expiresAt }) => Date.parse(expiresAt) > now.getTime())
    .filter(({ approvedAt }) => Date.parse(approvedAt) <= now.getTime() + CLOCK_SKEW_MS);
  if (renewalProven && policy.renewal.auto && live.some(({ method }) => method === 'renewal')) return digest;
  if (policy.approvalMode === 'passkey') {
    throw refused('This signer takes approvals by passkey only, and no passkey is enrolled here.');
  }
  const approvers = new Set(
    live.filter(({ method }) => method === 'session').map(({ approver }) => approver),
  );
  if (approvers.size < policy.approvalCount) {
    throw refused(
      `${policy.approvalCount} different people must approve; ${approvers.size} approval(s) count. ` +
        'Others have expired, lie in the future or are of the same person. Approve it again.',
    );
  }
  return digest;
}

const refused = (message: string): HubgateError => new HubgateError('signer.approval', message);
