import type { Ctx } from '../../ctx';
import { openNoticeRows } from '../../db/hub-notices';
import { noticeOf, type Notice } from './notice';

export type CurrentNotice = Notice & { phase: 'planned' | 'running' };

/** What is announced now. `change` grows with every difference: pages made from it can be kept. */
export type NoticeBoard = { change: number; notices: readonly CurrentNotice[] };

type NoticesCtx = Pick<Ctx, 'db' | 'now'>;
type Held = {
  board: NoticeBoard;
  readAt: number;
  reading: Promise<NoticeBoard> | null;
  listeners: Set<() => void>;
  clock: NodeJS.Timeout | null;
};

/** Announcements made by another process, and phases that time alone changes, show after this. */
const FRESH_MS = 5000;

// Pages, actions and routes are bundled apart: what a process has once hangs on globalThis. By
// database, since the processes of tests have several.
const holder = globalThis as typeof globalThis & { __hubgateNotices?: WeakMap<object, Held> };

function held(ctx: NoticesCtx): Held {
  const all = (holder.__hubgateNotices ??= new WeakMap());
  const known = all.get(ctx.db);
  if (known !== undefined) return known;
  const made: Held = {
    board: { change: 0, notices: [] },
    readAt: -Infinity,
    reading: null,
    listeners: new Set(),
    clock: null,
  };
  all.set(ctx.db, made);
  return made;
}

/** Announcements that are not over, by their beginning. Read from the database every few seconds at most. */
export async function currentNotices(ctx: NoticesCtx): Promise<NoticeBoard> {
  const own = held(ctx);
  if (ctx.now().getTime() - own.readAt < FRESH_MS) return own.board;
  return (own.reading ??= read(ctx, own).finally(() => (own.reading = null)));
}

/** Reads them anew and wakes who follows them: after every change made here. */
export async function noticesChanged(ctx: NoticesCtx): Promise<void> {
  const own = held(ctx);
  // One that is being read may have begun before the change.
  await own.reading?.catch(() => undefined);
  await read(ctx, own);
}

/**
 * Hears every change of what is announced, within five seconds also those that come by time alone.
 *
 * @returns ends it
 */
export function followNotices(ctx: NoticesCtx, listener: () => void): () => void {
  const own = held(ctx);
  own.listeners.add(listener);
  own.clock ??= setInterval(() => void currentNotices(ctx).catch(() => undefined), FRESH_MS).unref();
  return () => {
    own.listeners.delete(listener);
    if (own.listeners.size > 0 || own.clock === null) return;
    clearInterval(own.clock);
    own.clock = null;
  };
}

async function read(ctx: NoticesCtx, own: Held): Promise<NoticeBoard> {
  const now = ctx.now();
  const rows = await openNoticeRows(ctx.db, now);
  const notices = rows.map((row): CurrentNotice => ({
    ...noticeOf(row),
    phase: row.startsAt <= now ? 'running' : 'planned',
  }));
  own.readAt = now.getTime();
  if (JSON.stringify(notices) === JSON.stringify(own.board.notices)) return own.board;
  own.board = { change: own.board.change + 1, notices };
  for (const listener of own.listeners) listener();
  return own.board;
}
