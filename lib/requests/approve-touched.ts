import type { Ctx } from '../ctx';
import { peekOneTimeSecret, useOneTimeSecret } from '../db/one-time-secrets';
import { findPasskey, touchPasskey } from '../db/passkeys';
import { HubgateError } from '../errors';
import { requirePermission } from '../identity/authorise';
import { relyingParty } from '../identity/relying-party';
import { requirePerson } from '../identity/authorise';
import type { TouchAnswer } from '../identity/touch-answer';
import { approvalTree } from '../wire/approval-tree';
import type { PasskeyEvidence } from '../wire/passkey-approval';
import { verifyAssertion } from '../webauthn/assertion';
import { approveRequest, type ApproveInput, type TouchedApproval } from './approve-request';
import { approveClean, type BulkResult } from './approve-requests';
import { BegunTouch, touchHash } from './begin-touch';

/**
 * Approves what a touch was given for. The signer sees the touch first, so that what it will not take
 * is refused here and now. Each request is a transaction of its own; of a selection, those that changed
 * in between are left as they are and named with a code.
 *
 * @param input.comment of a single request
 * @throws {HubgateError} `auth.*`, `approval.touch` for a touch that was not begun here, is too old or
 *   is not the person's, `signer.approval` when the signer does not take it, `signer.down`; for a single
 *   request whatever approveRequest() refuses it with
 */
export async function approveTouched(
  ctx: Ctx,
  input: { answer: TouchAnswer; comment?: string | undefined },
): Promise<{ single: boolean; results: BulkResult[] }> {
  requirePermission(ctx, 'requests.decide');
  const person = requirePerson(ctx);
  const { answer } = input;
  const passkey = await findPasskey(ctx.db, answer.id);
  if (passkey === null || passkey.userId !== person.userId) throw refused('the passkey is not yours');
  const touch = verifyAssertion({
    publicKey: passkey.publicKey,
    assertion: answer,
    party: relyingParty(ctx.config),
  });
  if (!touch.ok) throw refused(touch.why);
  const key = {
    kind: 'touch',
    secretHash: touchHash(touch.challenge, person.userId),
    now: ctx.now(),
  } as const;
  const parsed = BegunTouch.safeParse(await peekOneTimeSecret(ctx.db, key));
  if (!parsed.success || parsed.data.userId !== person.userId)
    throw refused('it was not asked for here, or too long ago');
  const begun = parsed.data;

  const { root, paths } = approvalTree(begun.leaves.map(({ digest }) => digest));
  const { id: credentialId, authenticatorData, clientDataJSON, signature } = answer;
  const assertion = { credentialId, authenticatorData, clientDataJSON, signature };
  const { approvedAt, expiresAt } = begun;
  await ctx.signer.presentTouch({ ...assertion, root: root.toString('hex'), approvedAt, expiresAt });
  if ((await useOneTimeSecret(ctx.db, key)) === null) throw refused('it was used before');
  await touchPasskey(ctx.db, {
    id: passkey.id,
    counter: touch.counter,
    backedUp: touch.backedUp,
    at: ctx.now(),
  });

  const results: BulkResult[] = [];
  for (const [index, leaf] of begun.leaves.entries()) {
    const evidence: PasskeyEvidence = {
      ...assertion,
      path: paths[index]?.toString('base64url') ?? '',
      index: String(index),
      size: String(begun.leaves.length),
    };
    const touched: TouchedApproval = {
      digest: leaf.digest,
      approvedAt: new Date(approvedAt),
      expiresAt: new Date(expiresAt),
      evidence,
    };
    const decision: ApproveInput = { id: leaf.id, version: leaf.version, touched };
    if (begun.single) {
      const { vouchEmail, confirmTakeover } = leaf;
      results.push(
        await approveRequest(ctx, { ...decision, vouchEmail, confirmTakeover, comment: input.comment }),
      );
    } else results.push(await approveClean(ctx, decision));
  }
  return { single: begun.single, results };
}

const refused = (why: string): HubgateError =>
  new HubgateError('approval.touch', `The touch was not accepted: ${why}. Approve once more.`);
