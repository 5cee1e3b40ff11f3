import type { Ctx } from '../../ctx';
import { openNoticeRows, pastNoticeRows, type HubNoticeRow } from '../../db/hub-notices';
import { requirePermission } from '../../identity/authorise';
import { noticeOf, type Notice } from './notice';

/** An announcement with who made it, for administrators. */
export type NoticeView = Notice & { announcedBy: string; announcedAt: Date; withdrawnAt: Date | null };

const PAST_SHOWN = 20;

/** What is announced, by its beginning, and what was, newest first. */
export async function listNotices(ctx: Ctx): Promise<{ open: NoticeView[]; past: NoticeView[] }> {
  requirePermission(ctx, 'hubs.read');
  const at = ctx.now();
  const [open, past] = await Promise.all([
    openNoticeRows(ctx.db, at),
    pastNoticeRows(ctx.db, at, PAST_SHOWN),
  ]);
  return { open: open.map(viewOf), past: past.map(viewOf) };
}

function viewOf(row: HubNoticeRow): NoticeView {
  const { announcedBy, announcedAt, withdrawnAt } = row;
  return { ...noticeOf(row), announcedBy, announcedAt, withdrawnAt };
}
