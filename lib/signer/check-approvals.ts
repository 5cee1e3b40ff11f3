import { HubgateError, isHubgateError } from '../errors';
import type { Approval, Order } from '../wire/order';
import { approvalDigest } from '../wire/approved-content';
import type { StoredApproval } from './journal-events';
import type { SignerPolicy } from './policy';
import type { Touches } from './touches';

/** Clocks of portal and signer may differ by so much. */
const CLOCK_SKEW_MS = 60_000;

type ApprovalRules = Pick<SignerPolicy, 'approvalMode' | 'approvalCount'>;

/**
 * Holds the approvals of an order against what it asks for. The digest is computed here, over the
 * content that will be signed; the portal's own digest is not believed.
 *
 * @param known.renewalProven what checkRenewal() said: the old key asked for this, and where this
 *   signer's rules allow that, it is enough in every mode
 * @param known.event what checkEvent() said: the event that was approved with this in it; enough in
 *   every mode, since checkEvent() holds its own approvals against the rules of now
 * @param known.personOf whose touch an approval by passkey is (lib/signer/touches.ts)
 * @returns that digest: equal digests mean equal content
 * @throws {HubgateError} `signer.approval` when too few different people approved exactly this, in a
 *   way that this signer accepts, and not too long ago
 */
export function checkApprovals(
  order: Order,
  policy: ApprovalRules & Pick<SignerPolicy, 'renewal'>,
  now: Date,
  known: { renewalProven: boolean; event: string | null; personOf: Touches['personOf'] },
): string {
  const digest = approvalDigest(order.content);
  requireSameDigest(order.approvals, digest);
  const live = liveOf(order.approvals, now);
  if (known.event !== null && live.some(({ method }) => method === 'event')) return digest;
  if (known.renewalProven && policy.renewal.auto && live.some(({ method }) => method === 'renewal'))
    return digest;
  requirePeople(live, digest, policy, known.personOf);
  return digest;
}

/**
 * The same for what is not an order: only people approve it.
 *
 * @param digest computed here
 * @throws {HubgateError} `signer.approval`
 */
export function checkPeople(
  approvals: readonly Approval[],
  digest: string,
  policy: ApprovalRules,
  now: Date,
  personOf: Touches['personOf'],
): void {
  requireSameDigest(approvals, digest);
  requirePeople(liveOf(approvals, now), digest, policy, personOf);
}

/**
 * Holds what was approved in advance against the rules and approvers of now: a way of approving that is
 * no longer taken, or a passkey that was taken away, counts no longer. That a touch has run out since
 * does not matter, since it held when it was recorded.
 *
 * @param stored as the journal has them; all of them were given for `digest`
 * @throws {HubgateError} `signer.approval`
 */
export function checkStanding(
  stored: readonly StoredApproval[],
  digest: string,
  policy: ApprovalRules,
  personOf: Touches['personOf'],
): void {
  const approvals = stored.map((approval) => ({ ...approval, digest }));
  const { people, fault } = countPeople(approvals, digest, policy, personOf);
  if (people.size >= policy.approvalCount) return;
  throw refused(
    `What was approved in advance no longer counts here: ${policy.approvalCount} different people must ` +
      `have approved it, ${people.size} did by the signer's rules and approvers of now. ` +
      `${fault ? `${fault.message} ` : ''}Approve the event again.`,
  );
}

/** Not "not counted" but refused: something is wrong where this came from. */
function requireSameDigest(approvals: readonly Approval[], digest: string): void {
  if (approvals.some((approval) => approval.digest !== digest)) {
    throw refused('An approval was given for something else than what is to be signed.');
  }
}

function liveOf(approvals: readonly Approval[], now: Date): Approval[] {
  return approvals
    .filter(({ expiresAt }) => Date.parse(expiresAt) > now.getTime())
    .filter(({ approvedAt }) => Date.parse(approvedAt) <= now.getTime() + CLOCK_SKEW_MS);
}

/** The portal's word counts only where this signer's rules say `session`. */
function requirePeople(
  live: readonly Approval[],
  digest: string,
  policy: ApprovalRules,
  personOf: Touches['personOf'],
): void {
  const { people, fault } = countPeople(live, digest, policy, personOf);
  // Where others are enough, too: the journal must not keep it as if it proved something.
  if (fault && policy.approvalMode === 'session') throw fault;
  if (people.size >= policy.approvalCount) return;
  if (fault) throw fault;
  throw refused(
    policy.approvalMode === 'passkey'
      ? `${policy.approvalCount} different people must approve with their passkeys; ${people.size} did. ` +
          "This signer does not take the portal's word. Approve it again."
      : `${policy.approvalCount} different people must approve; ${people.size} approval(s) count. ` +
          'Others have expired, lie in the future, are of the same person or renew what was renewed before. ' +
          'Approve it again.',
  );
}

/** Who approved; an approval by passkey is verified in every mode. `fault`: why the first was nobody's. */
function countPeople(
  approvals: readonly Approval[],
  digest: string,
  policy: ApprovalRules,
  personOf: Touches['personOf'],
): { people: ReadonlySet<string>; fault: HubgateError | null } {
  const people = new Set<string>();
  let fault: HubgateError | null = null;
  for (const approval of approvals) {
    if (approval.method === 'session' && policy.approvalMode === 'session') people.add(approval.approver);
    if (approval.method !== 'passkey') continue;
    try {
      people.add(personOf(approval, digest).id);
    } catch (thrown) {
      if (!isHubgateError(thrown) || thrown.code !== 'signer.approval') throw thrown;
      fault ??= thrown;
    }
  }
  return { people, fault };
}

const refused = (message: string): HubgateError => new HubgateError('signer.approval', message);
