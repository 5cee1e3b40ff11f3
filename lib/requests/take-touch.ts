import type { z } from 'zod';

import type { Ctx } from '../ctx';
import { peekOneTimeSecret, useOneTimeSecret } from '../db/one-time-secrets';
import { findPasskey, touchPasskey } from '../db/passkeys';
import { HubgateError } from '../errors';
import { relyingParty } from '../identity/relying-party';
import type { TouchAnswer } from '../identity/touch-answer';
import { verifyAssertion } from '../webauthn/assertion';
import { approvalTree } from '../wire/approval-tree';
import type { TouchedApproval } from './approve-request';
import { touchHash } from './touch-question';

/** What was kept with the question; its leaves are in the order of the tree. */
type Begun = { userId: string; approvedAt: string; expiresAt: string; leaves: readonly { digest: string }[] };

/**
 * Takes the answer to a question that openTouch() asked this person, once. The signer sees the touch
 * first, so that what it will not take is refused here and now.
 *
 * @param input.shape of what was kept: a touch for one kind of thing is none for another
 * @returns what was kept, and the approval of each of its leaves
 * @throws {HubgateError} `approval.touch` for a touch that was not begun here, is too old or is not the
 *   person's, `signer.approval` when the signer does not take it, `signer.down`
 */
export async function takeTouch<T extends Begun>(
  ctx: Ctx,
  input: { userId: string; answer: TouchAnswer; shape: z.ZodType<T> },
): Promise<{ begun: T; touchedAt: (leaf: number) => TouchedApproval }> {
  const { userId, answer, shape } = input;
  const passkey = await findPasskey(ctx.db, answer.id);
  if (passkey === null || passkey.userId !== userId) throw refused('the passkey is not yours');
  const touch = verifyAssertion({
    publicKey: passkey.publicKey,
    assertion: answer,
    party: relyingParty(ctx.config),
  });
  if (!touch.ok) throw refused(touch.why);
  const key = { kind: 'touch', secretHash: touchHash(touch.challenge, userId), now: ctx.now() } as const;
  const parsed = shape.safeParse(await peekOneTimeSecret(ctx.db, key));
  if (!parsed.success || parsed.data.userId !== userId)
    throw refused('it was not asked for here, or too long ago');
  const begun = parsed.data;

  const { root, paths } = approvalTree(begun.leaves.map(({ digest }) => digest));
  const { id: credentialId, authenticatorData, clientDataJSON, signature } = answer;
  const assertion = { credentialId, authenticatorData, clientDataJSON, signature };
  const { approvedAt, expiresAt } = begun;
  await ctx.signer.presentTouch({ ...assertion, root: root.toString('hex'), approvedAt, expiresAt });
  if ((await useOneTimeSecret(ctx.db, key)) === null) throw refused('it was used before');
  const { counter, backedUp } = touch;
  await touchPasskey(ctx.db, { id: passkey.id, counter, backedUp, at: ctx.now() });

  return {
    begun,
    touchedAt: (leaf) => ({
      digest: begun.leaves[leaf]?.digest ?? '',
      approvedAt: new Date(approvedAt),
      expiresAt: new Date(expiresAt),
      evidence: {
        ...assertion,
        path: paths[leaf]?.toString('base64url') ?? '',
        index: String(leaf),
        size: String(begun.leaves.length),
      },
    }),
  };
}

const refused = (why: string): HubgateError =>
  new HubgateError('approval.touch', `The touch was not accepted: ${why}. Approve once more.`);
