import type { Ctx } from '../ctx';
import { inTransaction } from '../db/in-transaction';
import { requirePermission } from '../identity/authorise';
import type { RequestState } from './states';
import { loadRequest, transition } from './transition';

/**
 * Puts a request whose signing failed back among the approved: the approvals still stand.
 *
 * @throws {HubgateError} `auth.*`, `request.not-found`, `request.state`
 */
export async function retryRequest(
  ctx: Ctx,
  input: { id: string },
): Promise<{ id: string; state: RequestState }> {
  requirePermission(ctx, 'requests.sign');
  return inTransaction(ctx.db, async (tx) => {
    const row = await loadRequest(tx, input.id);
    const state = await transition(ctx, tx, {
      row,
      action: 'retry',
      change: {
        failureCode: null,
        reason: null,
        signAfter: ctx.config.signing.auto ? ctx.now() : null,
      },
      data: { after: row.failureCode ?? '' },
    });
    return { id: row.id, state };
  });
}
