import { HubgateError } from '../errors';
import {
  approvalChallenge,
  PasskeyEvidence,
  TOUCH_MAX_DAYS,
  type PresentedTouch,
} from '../wire/passkey-approval';
import { rootByPath } from '../wire/approval-tree';
import type { Approval, Order } from '../wire/order';
import { counterRises, verifyAssertion, type Assertion, type Touch } from '../webauthn/assertion';
import type { Approvers, EnrolledPasskey, Person } from './approvers';
import { clockError } from './ceilings';
import type { Journal } from './journal';
import type { Log } from './log';
import type { SignerPolicy } from './policy';

/** Approvals by passkey, held against the signer's own approvers, rules and journal. */
export type Touches = {
  /**
   * Sees a touch when it is made, so that it counts whatever is signed in between.
   *
   * @throws {HubgateError} `signer.approval`, `signer.clock`, `start.disk-full`
   */
  present: (touch: PresentedTouch) => Person;
  /** Sees the touches of a batch in the order in which they were made. Refusals come with the orders. */
  presentAll: (orders: readonly Order[]) => void;
  /**
   * Whose approval this is: a person who is enrolled here touched their own passkey for exactly this.
   *
   * @param digest of the content that will be signed, computed here
   * @throws {HubgateError} `signer.approval` with the reason why it is nobody's
   */
  personOf: (approval: Approval, digest: string) => Person;
};

const DAY_MS = 86_400_000;
/** Verified touches are remembered: a touch for 500 orders is verified once. */
const REMEMBERED = 512;
/** Different touches of a batch that are looked at before its first order. */
const AT_ONCE = 64;

type Claim = {
  credentialId: string;
  approver: string | null;
  approvedAt: string;
  expiresAt: string;
} & Assertion;

export function openTouches(input: {
  approvers: Approvers;
  policy: Pick<SignerPolicy, 'passkeys'>;
  journal: Pick<Journal, 'isTouchKnown' | 'highestCounter' | 'recordTouch' | 'lastAt'>;
  now: () => Date;
  log: Log;
}): Touches {
  const { approvers, policy, journal, now, log } = input;
  const verified = new Map<string, Touch>();
  const seen = new Set<string>();

  /** The touch's own proof. The same bytes and the same key give the same answer. */
  function verify(passkey: EnrolledPasskey, claim: Claim): Touch {
    const { authenticatorData, clientDataJSON, signature } = claim;
    const key = `${passkey.publicKey}.${authenticatorData}.${clientDataJSON}.${signature}`;
    const known = verified.get(key);
    if (known !== undefined) return known;
    if (policy.passkeys === undefined) return { ok: false, why: 'policy.json has no "passkeys" section' };
    const touch = verifyAssertion({
      publicKey: Buffer.from(passkey.publicKey, 'base64url'),
      assertion: { authenticatorData, clientDataJSON, signature },
      party: policy.passkeys,
    });
    remember(verified, key, touch);
    return touch;
  }

  /** Everything but the counter: who touched which passkey for this root and these times. */
  function check(claim: Claim, root: Uint8Array) {
    const found = approvers.find(claim.credentialId);
    if (found === null) throw refused('the passkey is not enrolled at the signer');
    const { person, passkey } = found;
    if (claim.approver !== null && claim.approver !== person.id)
      throw refused('the passkey is of somebody else');
    const [approvedAt, expiresAt] = [Date.parse(claim.approvedAt), Date.parse(claim.expiresAt)];
    if (expiresAt <= approvedAt || expiresAt - approvedAt > TOUCH_MAX_DAYS * DAY_MS) {
      throw refused(`an approval holds ${TOUCH_MAX_DAYS} days at most`);
    }
    const touch = verify(passkey, claim);
    if (!touch.ok) throw refused(touch.why);
    const challenge = approvalChallenge({ root, approvedAt, expiresAt });
    if (touch.challenge !== challenge) throw refused('the touch was given for something else');
    return { person, passkey, counter: touch.counter, challenge, expiresAt: new Date(expiresAt) };
  }

  /** The first time that a touch is seen its counter must be ahead of all before. */
  function see({ person, passkey, counter, challenge, expiresAt }: ReturnType<typeof check>): Person {
    const { credentialId } = passkey;
    const key = `${credentialId}.${challenge}`;
    if (seen.has(key)) return person;
    if (!journal.isTouchKnown(credentialId, challenge)) {
      const at = now();
      if (expiresAt <= at) throw refused('it has run out');
      if (at.getTime() < journal.lastAt()) throw clockError(at, journal.lastAt());
      const last = Math.max(passkey.counter, journal.highestCounter(credentialId));
      if (!counterRises(last, counter)) {
        log.error(
          { person: person.name, last, counter },
          'a passkey counted backwards: it may have been copied',
        );
        throw refused(`its passkey counted ${counter} after ${last}, as a copy of it would`);
      }
      journal.recordTouch({ credentialId, challenge, person: person.id, counter, expiresAt }, at);
      log.info({ person: person.name, counter }, 'touch seen');
    }
    if (seen.size >= REMEMBERED) seen.clear();
    seen.add(key);
    return person;
  }

  function checkApproval(approval: Approval, digest: string): ReturnType<typeof check> {
    const parsed = PasskeyEvidence.safeParse(approval.evidence);
    if (!parsed.success) throw refused('its evidence is not a touch');
    const { path, index, size, ...touch } = parsed.data;
    const root = rootByPath({
      digest,
      index: Number(index),
      size: Number(size),
      path: Buffer.from(path, 'base64url'),
    });
    if (root === null) throw refused('its place among the approvals of the touch is not there');
    const { approver, approvedAt, expiresAt } = approval;
    return check({ ...touch, approver, approvedAt, expiresAt }, root);
  }

  return {
    present: ({ root, ...touch }) => see(check({ ...touch, approver: null }, Buffer.from(root, 'hex'))),
    presentAll(orders) {
      const signatures = new Set<string>();
      const fresh: ReturnType<typeof check>[] = [];
      for (const { approvals } of orders) {
        for (const approval of approvals) {
          const signature = approval.evidence?.['signature'];
          if (approval.method !== 'passkey' || signature === undefined || signatures.has(signature)) continue;
          if (signatures.size >= AT_ONCE) return seeAll(fresh);
          signatures.add(signature);
          try {
            fresh.push(checkApproval(approval, approval.digest));
          } catch {
            continue; // said again, and told, when its order comes
          }
        }
      }
      seeAll(fresh);
    },
    personOf: (approval, digest) => see(checkApproval(approval, digest)),
  };

  function seeAll(checked: ReturnType<typeof check>[]): void {
    for (const one of checked.sort((a, b) => a.counter - b.counter)) {
      try {
        see(one);
      } catch {
        continue; // as above
      }
    }
  }
}

function remember<T>(cache: Map<string, T>, key: string, value: T): void {
  if (cache.size >= REMEMBERED) cache.clear();
  cache.set(key, value);
}

const refused = (why: string): HubgateError =>
  new HubgateError('signer.approval', `An approval by passkey does not count: ${why}.`);
