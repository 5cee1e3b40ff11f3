import { randomUUID } from 'node:crypto';

import { recordAudit } from '../../audit/record-audit';
import { actorName, type Ctx } from '../../ctx';
import { insertNotice } from '../../db/hub-notices';
import { inTransaction } from '../../db/in-transaction';
import { requirePermission } from '../../identity/authorise';
import { noticesChanged } from './current-notices';
import { checkNotice, noticeColumns, noticeOf, type Notice, type NoticeWords } from './notice';

/**
 * Announces maintenance: it stands on the pages and in the API from now on until it is over.
 *
 * @throws {HubgateError} as `checkNotice`
 */
export async function announceNotice(ctx: Ctx, input: NoticeWords): Promise<Notice> {
  requirePermission(ctx, 'hubs.manage');
  const at = ctx.now();
  const words = checkNotice(input, at);
  const id = randomUUID();
  const row = await inTransaction(ctx.db, async (tx) => {
    const made = await insertNotice(tx, {
      id,
      ...noticeColumns(words),
      announcedBy: actorName(ctx.actor),
      announcedAt: at,
      withdrawnAt: null,
    });
    await recordAudit(ctx, tx, { action: 'notice.announce', target: id, data: words });
    return made;
  });
  await noticesChanged(ctx);
  return noticeOf(row);
}
