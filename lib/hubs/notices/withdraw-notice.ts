import { recordAudit } from '../../audit/record-audit';
import type { Ctx } from '../../ctx';
import { updateOpenNotice } from '../../db/hub-notices';
import { inTransaction } from '../../db/in-transaction';
import { requirePermission } from '../../identity/authorise';
import { noSuchNotice } from './change-notice';
import { noticesChanged } from './current-notices';

/**
 * Takes an announcement from the pages at once: it was a mistake, or the work is done early.
 *
 * @throws {HubgateError} `hub.notice-not-found` when there is none, or it was withdrawn before
 */
export async function withdrawNotice(ctx: Ctx, input: { id: string }): Promise<void> {
  requirePermission(ctx, 'hubs.manage');
  const { id } = input;
  await inTransaction(ctx.db, async (tx) => {
    if (!(await updateOpenNotice(tx, id, { withdrawnAt: ctx.now() }))) throw noSuchNotice();
    await recordAudit(ctx, tx, { action: 'notice.withdraw', target: id });
  });
  await noticesChanged(ctx);
}
