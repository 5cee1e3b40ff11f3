import { recordAudit } from '../../audit/record-audit';
import type { Ctx } from '../../ctx';
import { updateOpenNotice } from '../../db/hub-notices';
import { inTransaction } from '../../db/in-transaction';
import { HubgateError } from '../../errors';
import { requirePermission } from '../../identity/authorise';
import { noticesChanged } from './current-notices';
import { checkNotice, noticeColumns, type Notice, type NoticeWords } from './notice';

/**
 * Changes an announcement: work takes longer, begins later, concerns one hub more.
 *
 * @throws {HubgateError} `hub.notice-not-found` when there is none, or it was withdrawn; as `checkNotice`
 */
export async function changeNotice(ctx: Ctx, input: { id: string } & NoticeWords): Promise<Notice> {
  requirePermission(ctx, 'hubs.manage');
  const { id } = input;
  const words = checkNotice(input, ctx.now());
  await inTransaction(ctx.db, async (tx) => {
    if (!(await updateOpenNotice(tx, id, noticeColumns(words)))) throw noSuchNotice();
    await recordAudit(ctx, tx, { action: 'notice.change', target: id, data: words });
  });
  await noticesChanged(ctx);
  return { id, ...words };
}

export function noSuchNotice(): HubgateError {
  return new HubgateError('hub.notice-not-found', 'There is no such announcement, or it was withdrawn.');
}
