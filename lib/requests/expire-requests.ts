import type { Ctx } from '../ctx';
import { requestsWithExpiredApproval } from '../db/approvals';
import { inTransaction } from '../db/in-transaction';
import { overdueRequests } from '../db/requests';
import { isHubgateError } from '../errors';
import { loadRequest, transition } from './transition';

/**
 * Ends requests that nobody decided in time, and gives approved ones whose approvals have run out
 * back to the queue. For the portal's own clock.
 *
 * @returns how many changed
 */
export async function expireRequests(ctx: Ctx): Promise<{ expired: number; unapproved: number }> {
  const now = ctx.now();
  let expired = 0;
  for (const id of await overdueRequests(ctx.db, 'SUBMITTED', now)) {
    expired += await moved(async () => {
      await inTransaction(ctx.db, async (tx) => {
        const row = await loadRequest(tx, id);
        await transition(ctx, tx, { row, action: 'expire', change: { question: null } });
      });
    });
  }
  let unapproved = 0;
  for (const id of await requestsWithExpiredApproval(ctx.db, now)) {
    unapproved += await moved(async () => {
      await inTransaction(ctx.db, async (tx) => {
        const row = await loadRequest(tx, id);
        await transition(ctx, tx, {
          row,
          action: 'unapprove',
          newVersion: true,
          change: { decidedBy: null, decidedAt: null, signAfter: null },
          data: { reason: 'the approval ran out before it was signed' },
        });
      });
    });
  }
  return { expired, unapproved };
}

/** Somebody may decide in the same second: then there is nothing left to do. */
async function moved(run: () => Promise<void>): Promise<number> {
  try {
    await run();
    return 1;
  } catch (thrown) {
    if (isHubgateError(thrown) && thrown.code === 'request.state') return 0;
    throw thrown;
  }
}
