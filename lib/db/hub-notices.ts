import type { Queries, Tx } from './client';
import type { HubNotice } from './generated/sqlite/client';

export type HubNoticeRow = HubNotice;

/** Far more than one centre announces in a year. */
const LISTED_MAX = 200;

/** Announced, not withdrawn and not over at this instant, by their beginning. */
export function openNoticeRows(db: Queries, at: Date): Promise<HubNoticeRow[]> {
  return db.prisma.hubNotice.findMany({
    where: { withdrawnAt: null, OR: [{ endsAt: null }, { endsAt: { gt: at } }] },
    orderBy: [{ startsAt: 'asc' }, { id: 'asc' }],
    take: LISTED_MAX,
  });
}

/** Those that are over or were withdrawn, newest first. */
export function pastNoticeRows(db: Queries, at: Date, limit: number): Promise<HubNoticeRow[]> {
  return db.prisma.hubNotice.findMany({
    where: { OR: [{ withdrawnAt: { not: null } }, { endsAt: { lte: at } }] },
    orderBy: [{ startsAt: 'desc' }, { id: 'desc' }],
    take: limit,
  });
}

export function insertNotice(tx: Tx, row: HubNoticeRow): Promise<HubNoticeRow> {
  return tx.prisma.hubNotice.create({ data: row });
}

/**
 * Changes one that was not withdrawn.
 *
 * @returns whether there was such a one
 */
export async function updateOpenNotice(
  tx: Tx,
  id: string,
  data: Partial<Omit<HubNoticeRow, 'id'>>,
): Promise<boolean> {
  const { count } = await tx.prisma.hubNotice.updateMany({ where: { id, withdrawnAt: null }, data });
  return count === 1;
}
