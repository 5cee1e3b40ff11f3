import type { Ctx } from '../ctx';
import { inTransaction } from '../db/in-transaction';
import { requireRequester } from '../identity/authorise';
import type { RequestState } from './states';
import { loadRequest, transition } from './transition';

/**
 * The requester takes the request back, any time before it is being signed.
 *
 * @throws {HubgateError} `request.not-found` without its secret, `request.state`
 */
export async function withdrawRequest(
  ctx: Ctx,
  input: { id: string },
): Promise<{ id: string; state: RequestState }> {
  requireRequester(ctx, input.id);
  return inTransaction(ctx.db, async (tx) => {
    const row = await loadRequest(tx, input.id);
    const state = await transition(ctx, tx, { row, action: 'withdraw', change: { signAfter: null } });
    return { id: row.id, state };
  });
}
