import { approvalTree } from '../wire/approval-tree';
import { approvalDigest } from '../wire/approved-content';
import type { EventContent } from '../wire/event';
import type { Approval, ApprovedContent, Order } from '../wire/order';
import { approvalChallenge, type PresentedTouch } from '../wire/passkey-approval';
import type { Authenticator, Wrong } from './authenticator';

const DAY_MS = 86_400_000;

export type TestTouch = {
  /** One approval for each of the contents, in their order. */
  approvals: Approval[];
  presented: PresentedTouch;
};

/** One touch for several contents, as browser and portal make it. */
export function touchFor(input: {
  authenticator: Authenticator;
  person: { id: string; name: string };
  contents: readonly (ApprovedContent | EventContent)[];
  now?: Date;
  days?: number;
  wrong?: Wrong;
}): TestTouch {
  const { authenticator, person, contents, now = new Date(), days = 30, wrong } = input;
  const digests = contents.map(approvalDigest);
  const { root, paths } = approvalTree(digests);
  const [approvedAt, expiresAt] = [now.getTime(), now.getTime() + days * DAY_MS];
  const touched = authenticator.touch(approvalChallenge({ root, approvedAt, expiresAt }), wrong);
  const times = {
    approvedAt: new Date(approvedAt).toISOString(),
    expiresAt: new Date(expiresAt).toISOString(),
  };
  const { credentialId } = authenticator;
  return {
    presented: { credentialId, ...touched, root: root.toString('hex'), ...times },
    approvals: digests.map((digest, index) => ({
      approver: person.id,
      name: person.name,
      ...times,
      digest,
      method: 'passkey',
      evidence: {
        credentialId,
        ...touched,
        path: paths[index]?.toString('base64url') ?? '',
        index: String(index),
        size: String(digests.length),
      },
    })),
  };
}

/** The orders with these approvals in the place of theirs. */
export function approvedBy(orders: readonly Order[], ...touches: readonly TestTouch[]): Order[] {
  return orders.map((order, index) => ({
    ...order,
    approvals: touches.flatMap(({ approvals }) => approvals[index] ?? []),
  }));
}
