import { HubgateError, isHubgateError } from '../errors';
import type { Order } from '../wire/order';
import { approvalDigest } from '../wire/approved-content';
import type { SignerPolicy } from './policy';
import type { Touches } from './touches';

/** Clocks of portal and signer may differ by so much. */
const CLOCK_SKEW_MS = 60_000;

/**
 * Holds the approvals of an order against what it asks for. The digest is computed here, over the
 * content that will be signed; the portal's own digest is not believed.
 *
 * An approval by passkey is verified in every mode, so that the journal never keeps evidence that
 * proves nothing; the portal's word counts only where this signer's rules say `session`.
 *
 * @param known.renewalProven what checkRenewal() said: the old key asked for this, and where this
 *   signer's rules allow that, it is enough in every mode
 * @param known.personOf whose touch an approval by passkey is (lib/signer/touches.ts)
 * @returns that digest: equal digests mean equal content
 * @throws {HubgateError} `signer.approval` when too few different people approved exactly this, in a
 *   way that this signer accepts, and not too long ago
 */
export function checkApprovals(
  order: Order,
  policy: Pick<SignerPolicy, 'approvalMode' | 'approvalCount' | 'renewal'>,
  now: Date,
  known: { renewalProven: boolean; personOf: Touches['personOf'] },
): string {
  const digest = approvalDigest(order.content);
  // Not "not counted" but refused: something is wrong where this came from.
  if (order.approvals.some((approval) => approval.digest !== digest)) {
    throw refused('An approval was given for something else than what is to be signed.');
  }
  const live = order.approvals
    .filter(({ expiresAt }) => Date.parse(expiresAt) > now.getTime())
    .filter(({ approvedAt }) => Date.parse(approvedAt) <= now.getTime() + CLOCK_SKEW_MS);
  if (known.renewalProven && policy.renewal.auto && live.some(({ method }) => method === 'renewal'))
    return digest;

  const approvers = new Set<string>();
  let fault: HubgateError | null = null;
  for (const approval of live) {
    if (approval.method === 'session' && policy.approvalMode === 'session') approvers.add(approval.approver);
    if (approval.method !== 'passkey') continue;
    try {
      approvers.add(known.personOf(approval, digest).id);
    } catch (thrown) {
      if (!isHubgateError(thrown) || thrown.code !== 'signer.approval') throw thrown;
      // The journal must not keep it as if it proved something.
      if (policy.approvalMode === 'session') throw thrown;
      fault ??= thrown;
    }
  }
  if (approvers.size >= policy.approvalCount) return digest;
  if (fault) throw fault;
  throw refused(
    policy.approvalMode === 'passkey'
      ? `${policy.approvalCount} different people must approve with their passkeys; ${approvers.size} did. ` +
          "This signer does not take the portal's word. Approve it again."
      : `${policy.approvalCount} different people must approve; ${approvers.size} approval(s) count. ` +
          'Others have expired, lie in the future, are of the same person or renew what was renewed before. ' +
          'Approve it again.',
  );
}

const refused = (message: string): HubgateError => new HubgateError('signer.approval', message);
