import type { Ctx } from '../ctx';
import { inTransaction } from '../db/in-transaction';
import { requirePermission } from '../identity/authorise';
import type { RequestState } from './states';
import { loadRequest, transition } from './transition';

/**
 * Takes an approval back before the request is signed; all approvals given so far are void.
 *
 * @throws {HubgateError} `auth.*`, `request.not-found`, `request.state`
 */
export async function unapproveRequest(
  ctx: Ctx,
  input: { id: string },
): Promise<{ id: string; state: RequestState }> {
  requirePermission(ctx, 'requests.decide');
  return inTransaction(ctx.db, async (tx) => {
    const row = await loadRequest(tx, input.id);
    const state = await transition(ctx, tx, {
      row,
      action: 'unapprove',
      newVersion: true,
      change: { decidedBy: null, decidedAt: null, signAfter: null },
    });
    return { id: row.id, state };
  });
}
