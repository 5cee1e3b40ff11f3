import { z } from 'zod';

import type { Ctx } from '../ctx';
import { insertOneTimeSecret } from '../db/one-time-secrets';
import { passkeysOf } from '../db/passkeys';
import { HubgateError } from '../errors';
import { relyingParty } from '../identity/relying-party';
import { secretHash } from '../identity/secret-hash';
import type { TouchQuestion } from '../identity/touch-answer';
import { approvalTree } from '../wire/approval-tree';
import { approvalChallenge } from '../wire/passkey-approval';
import { approvalEnd } from './approval-times';

/** What every touch that was asked for is kept with, beside what it is for. */
export const TouchBasis = {
  userId: z.string(),
  approvedAt: z.iso.datetime(),
  expiresAt: z.iso.datetime(),
};

const MINUTES = 10;

/**
 * Asks for a touch over these digests, in one tree (lib/wire/approval-tree.ts), and keeps what it is for
 * until the touch comes back.
 *
 * @param input.leaves in the order of the tree's leaves
 * @param input.more   kept beside them
 */
export async function openTouch(
  ctx: Ctx,
  input: {
    userId: string;
    allow: string[];
    leaves: readonly { digest: string }[];
    more: Readonly<Record<string, unknown>>;
  },
): Promise<TouchQuestion> {
  const { userId, allow, leaves, more } = input;
  const approvedAt = ctx.now();
  const expiresAt = approvalEnd(approvedAt);
  const { root } = approvalTree(leaves.map(({ digest }) => digest));
  const challenge = approvalChallenge({
    root,
    approvedAt: approvedAt.getTime(),
    expiresAt: expiresAt.getTime(),
  });
  await insertOneTimeSecret(ctx.db, {
    kind: 'touch',
    // Two approvers may be asked for the same within one millisecond: a secret of each.
    secretHash: touchHash(challenge, userId),
    payload: {
      ...more,
      userId,
      approvedAt: approvedAt.toISOString(),
      expiresAt: expiresAt.toISOString(),
      leaves,
    },
    now: approvedAt,
    expiresAt: new Date(approvedAt.getTime() + MINUTES * 60_000),
  });
  const { rpId } = relyingParty(ctx.config);
  return { challenge, rpId, allow, timeoutMs: MINUTES * 60_000 };
}

/** Under what a touch that was asked for is kept. */
export function touchHash(challenge: string, userId: string): string {
  return secretHash(`${challenge}\n${userId}`);
}

/**
 * Asked of the signer: a touch that it does not take would only be found out when it signs.
 *
 * @throws {HubgateError} `passkey.not-found`, `passkey.not-accepted`, `signer.down`
 */
export async function acceptedPasskeys(ctx: Ctx, userId: string): Promise<string[]> {
  const [own, { persons }] = await Promise.all([passkeysOf(ctx.db, userId), ctx.signer.approvers()]);
  const accepted = new Set(
    persons.find(({ id }) => id === `user:${userId}`)?.passkeys.map(({ credentialId }) => credentialId),
  );
  const allow = own.map(({ id }) => id).filter((id) => accepted.has(id));
  if (allow.length > 0) return allow;
  throw new HubgateError(
    own.length === 0 ? 'passkey.not-found' : 'passkey.not-accepted',
    own.length === 0
      ? 'You have no passkey yet. Register one on your own page, /account; an operator then accepts it.'
      : 'No operator has accepted your passkey at the signer yet. Read them its fingerprint from your own page, /account.',
  );
}
