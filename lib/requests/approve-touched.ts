import type { Ctx } from '../ctx';
import { requirePermission, requirePerson } from '../identity/authorise';
import type { TouchAnswer } from '../identity/touch-answer';
import { approveRequest, type ApproveInput } from './approve-request';
import { approveClean, type BulkResult } from './approve-requests';
import { BegunTouch } from './begin-touch';
import { takeTouch } from './take-touch';

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
  const { begun, touchedAt } = await takeTouch(ctx, {
    userId: person.userId,
    answer: input.answer,
    shape: BegunTouch,
  });
  const results: BulkResult[] = [];
  for (const [index, leaf] of begun.leaves.entries()) {
    const touched = touchedAt(index);
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
