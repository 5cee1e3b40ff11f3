import type { Ctx } from '../ctx';
import { findingChanges, forgetFindingChanges, setChecks, waitingAmong } from '../db/finding-changes';
import { inTransaction } from '../db/in-transaction';
import { requestChecks } from './request-checks';
import { storedChecks } from './request-item';

/** Changes of one transaction: each request costs some six small queries. */
const CHANGES_AT_ONCE = 50;
/** A name that thousands wait for must not hold the queue up: the rest of them is decided on singly anyhow. */
const WAITING_MAX = 200;
/** The next reader goes on. */
const ROUNDS = 8;

/**
 * Checks those waiting requests again of which something else has changed what is to be said: the name
 * was certified for somebody, another request for it came or went, the key was blocked. Call it before
 * findings are read; where nothing has changed it costs one query.
 */
export async function refreshFindings(ctx: Pick<Ctx, 'db' | 'config'>): Promise<void> {
  for (let round = 0; round < ROUNDS; round += 1) {
    if ((await findingChanges(ctx.db, 1)).length === 0) return;
    await inTransaction(ctx.db, async (tx) => {
      // Read once more under the lock: another reader may have seen to some, and ids come again.
      const changes = await findingChanges(tx, CHANGES_AT_ONCE);
      await forgetFindingChanges(tx, changes);
      for (const row of await waitingAmong(tx, changes, WAITING_MAX)) {
        const { checks, finding } = await requestChecks(tx, ctx.config, row, storedChecks(row));
        const text = JSON.stringify(checks);
        if (text !== row.checks || finding !== row.finding) {
          await setChecks(tx, row.id, { checks: text, finding });
        }
      }
    });
  }
}
